//! The built playground inside this program, and a small server for it.
//!
//! Serves what is embedded and nothing else: no path leads to the disk, and nothing is written.

use std::io;

use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// Name and content of every file of the page; empty when the page was not built before this program was.
pub const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What every answer says beside its content: the page runs alone, and only what belongs to it.
const HEADERS: &[(&str, &str)] = &[
    (
        "Content-Security-Policy",
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-cache"),
];

/// The kind of a file, by the end of its name.
fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    }
}

/// What a request is answered with: a status, a kind and a content.
fn answer<'a>(files: &'a [(&str, &[u8])], method: &Method, url: &str) -> (u16, &'static str, &'a [u8]) {
    if !matches!(method, Method::Get | Method::Head) {
        return (405, kind(""), b"only GET and HEAD");
    }
    let path = url.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match files.iter().find(|(name, _)| *name == path) {
        Some((name, content)) => (200, kind(name), content),
        None => (404, kind(""), b"there is no such file"),
    }
}

/// A server on this machine alone; `port` 0 takes any that is free.
pub fn listen(port: u16) -> Result<Server, String> {
    Server::http(("127.0.0.1", port)).map_err(|error| error.to_string())
}

/// Answers requests until the server is told to stop.
pub fn serve(server: &Server, files: &[(&str, &[u8])]) {
    for request in server.incoming_requests() {
        // A browser that went away is no reason to stop.
        let _ = respond(request, files);
    }
}

fn respond(request: Request, files: &[(&str, &[u8])]) -> io::Result<()> {
    let (status, kind, content) = answer(files, request.method(), request.url());
    let mut response = Response::from_data(content).with_status_code(StatusCode(status));
    for (name, value) in HEADERS.iter().chain([&("Content-Type", kind)]) {
        let header = Header::from_bytes(name.as_bytes(), value.as_bytes()).expect("the names and values are plain");
        response.add_header(header);
    }
    request.respond(response)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    const PAGE: &[(&str, &[u8])] = &[("index.html", b"<!doctype html>"), ("assets/a.wasm", b"\0asm")];

    #[test]
    fn only_what_is_embedded_is_served() {
        assert_eq!(answer(PAGE, &Method::Get, "/"), (200, "text/html; charset=utf-8", &b"<!doctype html>"[..]));
        assert_eq!(answer(PAGE, &Method::Get, "/assets/a.wasm?x").1, "application/wasm");
        for url in ["/../Cargo.toml", "/assets/", "/%2e%2e/x", "//etc/passwd", ""] {
            let (status, _, content) = answer(PAGE, &Method::Get, url);
            assert!(status == 404 || content == PAGE[0].1, "{url}");
        }
        assert_eq!(answer(PAGE, &Method::Post, "/").0, 405);
    }

    #[test]
    fn a_browser_gets_the_page_with_its_strict_headers() {
        let server = std::sync::Arc::new(listen(0).expect("some port is free"));
        let address = server.server_addr().to_ip().expect("it listens on an address");
        assert!(address.ip().is_loopback(), "nobody else reaches it");
        let serving = std::thread::spawn({
            let server = server.clone();
            move || serve(&server, PAGE)
        });
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("<!doctype html>"), "{text}");
        assert!(text.contains("Content-Security-Policy: default-src 'self'") && text.contains("nosniff"), "{text}");
        server.unblock();
        serving.join().expect("it ends");
    }
}
