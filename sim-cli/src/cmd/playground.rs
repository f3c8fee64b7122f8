//! `sim-cli playground`

use std::io::{self, Write};

use crate::exit::Exit;
use crate::page;

/// The port that is tried first: the number is not registered for anything.
const PORT: u16 = 7420;

/// Serve the playground to a browser on this machine.
///
/// The page is inside this program, and works without a network. Only this machine can reach it. Ctrl+C ends it.
#[derive(Debug, clap::Args)]
pub struct Playground {
    /// The port; 0 takes any that is free
    #[arg(long, default_value_t = PORT)]
    port: u16,
}

impl Playground {
    pub fn execute(&self) -> Exit {
        if page::FILES.is_empty() {
            eprintln!(
                "error: the playground was not built when this program was\n  help: with Node.js 20.19 or later, run \
                 `npm ci && npm run build` in sim-web/www, then run this again through cargo"
            );
            return Exit::Usage;
        }
        let server = match page::listen(self.port) {
            Ok(server) => server,
            Err(error) => {
                eprintln!("error: port {} of 127.0.0.1 cannot be used: {error}\n  help: --port 0 takes any", self.port);
                return Exit::Usage;
            }
        };
        let port = server.server_addr().to_ip().map_or(self.port, |address| address.port());
        let told = writeln!(io::stdout(), "The playground is at http://127.0.0.1:{port}/ (Ctrl+C ends it)");
        if told.and_then(|()| io::stdout().flush()).is_err() {
            return Exit::Usage;
        }
        page::serve(&server, page::FILES);
        Exit::Held
    }
}
