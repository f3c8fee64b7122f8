//! The prompt of `sim-cli shell` on a terminal: keys, not lines.
#![cfg(unix)]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// As long as a machine with other things to do may take.
const PATIENCE: Duration = Duration::from_secs(60);
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
/// What the program tells the terminal when it begins to read a line: to mark what is pasted.
const READS: &str = "\x1b[?2004h";
const UP: &str = "\x1b[A";

/// Somebody at a terminal of 100 columns.
struct Terminal {
    child: Child,
    keys: File,
    screen: Receiver<Vec<u8>>,
    /// What was shown since the last that was waited for.
    shown: String,
}

impl Terminal {
    fn shell() -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("it can be used");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("its other side");
        let size = Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).expect("it has a size");
        let side = || Stdio::from(slave.try_clone().expect("a handle"));
        let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/lab/fargate-alb.toml");
        let child = Command::new(env!("CARGO_BIN_EXE_sim-cli"))
            .arg("shell")
            .arg(lab)
            .env("TERM", "xterm")
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .expect("sim-cli starts");
        let keys = File::from(master);
        let mut screen = keys.try_clone().expect("a handle");
        let (send, receive) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The read fails when nobody has the other side any more.
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                if send.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut terminal = Terminal { child, keys, screen: receive, shown: String::new() };
        terminal.sees("Ctrl-D leaves");
        terminal.sees_prompt();
        terminal
    }

    /// Waits until the next line is read: a prompt that is only drawn again, key by key, is none. What is typed before
    /// is lost when the terminal changes its mode.
    #[track_caller]
    fn sees_prompt(&mut self) -> String {
        self.sees(READS) + &self.sees(" $ ")
    }

    fn presses(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it reads");
    }

    /// Waits for a text: all that was shown up to its end.
    #[track_caller]
    fn sees(&mut self, text: &str) -> String {
        let start = Instant::now();
        loop {
            if let Some(at) = self.shown.find(text) {
                let rest = self.shown.split_off(at + text.len());
                return std::mem::replace(&mut self.shown, rest);
            }
            match self.screen.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
                Ok(bytes) => self.shown += &String::from_utf8_lossy(&bytes),
                Err(_) => panic!("{text:?} was not shown; what was:\n{}", self.shown),
            }
        }
    }

    /// The exit code, when the program has ended by itself.
    fn ends(&mut self) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end; shown last:\n{}", self.shown);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn tab_completes_a_command() {
    let mut terminal = Terminal::shell();
    terminal.presses("aws ecs list-clu\t");
    terminal.sees("list-clusters");
    terminal.presses(" --query clusterArns --output json\r");
    terminal.sees("[]");
}

#[test]
fn arrow_up_brings_lines_back_and_undo_takes_them_back() {
    let mut terminal = Terminal::shell();
    terminal.presses("aws ecs create-cluster --cluster-name mine --query cluster.status --output text\r");
    terminal.sees("ACTIVE");
    terminal.sees_prompt();
    terminal.presses("undo\r");
    terminal.sees("undone: aws ecs create-cluster --cluster-name mine");
    terminal.sees_prompt();
    terminal.presses("aws ecs list-clusters --query 'length(clusterArns)'\r");
    terminal.sees("\n0");
    terminal.sees_prompt();
    // The oldest of three lines.
    terminal.presses(&format!("{UP}{UP}{UP}\r"));
    terminal.sees("ACTIVE");
}

#[test]
fn ctrl_c_drops_the_line_and_keeps_the_session_and_ctrl_d_ends_it() {
    let mut terminal = Terminal::shell();
    terminal.presses("advance 3m\r");
    assert!(terminal.sees_prompt().contains("00:03:00 $ "));
    terminal.presses("aws ecs delete-every");
    terminal.sees("delete-every");
    terminal.presses(CTRL_C);
    assert!(terminal.sees_prompt().contains("00:03:00 $ "));
    terminal.presses("aws ecs list-clusters --query 'length(clusterArns)'\r");
    terminal.sees("\n1");
    assert!(terminal.sees_prompt().contains("00:03:00 $ "));
    terminal.presses(CTRL_D);
    assert_eq!(terminal.ends(), Some(0));
}
