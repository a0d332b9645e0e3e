//! The fixed upstream of the bench: answers what PostgREST and Auth would, from constants.
//!
//! A thread per connection and no framework, so that it is never what is measured.
//! Prints its port, then serves until it is killed.

#![expect(clippy::print_stdout, reason = "the port is its one line of output")]

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The secret's digest of the tokens that the bench sends (bytes 16 to 47).
const TOKEN_HASH: &str = "89c7460452eddff119fea0419e785c74de2ffb139dbe74323aca4a01e198a5dc";
const USER: &str = "6f1c3d1e-0d0b-4d55-9a5e-2f6b7f1f0a11";
/// A token with this id is still good; every other has expired.
const GOOD_TOKEN: &str = "ffffffff-";

fn main() -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?.port());
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || serve(&stream));
    }
    Ok(())
}

fn serve(mut stream: &TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some((target, body)) = read_request(&mut reader)? {
        stream.write_all(answer(&target, &body).as_bytes())?;
    }
    Ok(())
}

/// The method and path, and the body; `None` when the client has gone.
fn read_request(reader: &mut impl BufRead) -> Result<Option<(String, String)>> {
    let mut target = String::new();
    if reader.read_line(&mut target)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((target, String::from_utf8_lossy(&body).into_owned())))
}

fn answer(target: &str, body: &str) -> String {
    let (status, content) = if target.starts_with("POST /rest/v1/rpc/") {
        ("200 OK", consumption(body))
    } else if target.starts_with("GET /rest/v1/email_verification_tokens") {
        ("200 OK", format!("[{}]", row()))
    } else if target.starts_with("PUT /auth/v1/admin/users/") {
        ("200 OK", format!(r#"{{"id":"{USER}","email":"grace@example.com"}}"#))
    } else if target.starts_with("PATCH /rest/v1/") {
        return "HTTP/1.1 204 No Content\r\n\r\n".to_owned();
    } else {
        ("201 Created", String::new())
    };
    let length = content.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{content}"
    )
}

fn consumption(body: &str) -> String {
    if body.contains(GOOD_TOKEN) {
        format!(r#"{{"outcome":"verified","user_id":"{USER}"}}"#)
    } else {
        r#"{"outcome":"expired"}"#.to_owned()
    }
}

fn row() -> String {
    format!(
        r#"{{"id":"ffffffff-ffff-ffff-ffff-ffffffffffff","user_id":"{USER}","token_hash":"{TOKEN_HASH}","attempts":0,"expires_at":"2999-01-01T00:00:00Z","verified_at":null}}"#
    )
}
