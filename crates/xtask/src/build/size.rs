//! Sizes of the modules and their bounds. A new isolate pays for every byte before its first answer.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

const KILOBYTE: usize = 1000;

/// The size that a module may have, in bytes.
struct Bound {
    raw: usize,
    gzip: Option<usize>,
}

/// docs/decisions/modules-above-the-bar.md. Raw and compressed, in KB.
const ABOVE_THE_BAR: [(&str, usize, usize); 8] = [
    ("audit-seal", 111, 52),
    ("auth-email-change", 101, 48),
    ("auth-sign-up", 112, 52),
    ("company-invitation-accept", 114, 53),
    ("company-invite-employee", 98, 46),
    ("email-templates", 178, 82),
    ("session-recordings", 107, 50),
    ("specialist-verify", 110, 51),
];

/// The only place where bounds are set: a dispatcher renders mails, most others do not.
fn bound(function: &str) -> Bound {
    if function.ends_with("-dispatch") {
        Bound { raw: 300 * KILOBYTE, gzip: None }
    } else {
        let own = ABOVE_THE_BAR.iter().find(|(name, ..)| *name == function);
        let (raw, gzip) = own.map_or((100, 45), |(_, raw, gzip)| (*raw, *gzip));
        Bound { raw: raw * KILOBYTE, gzip: Some(gzip * KILOBYTE) }
    }
}

/// The weight of a finished module in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sizes {
    pub(super) raw: usize,
    pub(super) gzip: usize,
}

impl Sizes {
    pub(super) fn measure(wasm: &[u8]) -> Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(wasm)?;
        Ok(Self { raw: wasm.len(), gzip: encoder.finish()?.len() })
    }

    fn exceeds(self, bound: &Bound) -> bool {
        self.raw > bound.raw || bound.gzip.is_some_and(|gzip| self.gzip > gzip)
    }
}

/// A table of all modules, for people.
pub(super) fn table(modules: &[(String, Sizes)]) -> String {
    let mut text = format!("{:<32} {:>16} {:>16}", "module", "wasm KB (bound)", "gzip KB (bound)");
    for (name, sizes) in modules {
        let bound = bound(name);
        let over = if sizes.exceeds(&bound) { "  TOO LARGE" } else { "" };
        let raw = column(sizes.raw, Some(bound.raw));
        let gzip = column(sizes.gzip, bound.gzip);
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{name:<32} {raw:>16} {gzip:>16}{over}");
    }
    text
}

/// Fails with the names of the modules that are larger than their bound.
pub(super) fn enforce(modules: &[(String, Sizes)]) -> Result<()> {
    let large: Vec<&str> = modules
        .iter()
        .filter(|(name, sizes)| sizes.exceeds(&bound(name)))
        .map(|(name, _)| name.as_str())
        .collect();
    if large.is_empty() {
        return Ok(());
    }
    bail!("larger than the bound: {}", large.join(", "))
}

fn column(bytes: usize, bound: Option<usize>) -> String {
    let tenths = bytes.div_ceil(KILOBYTE / 10);
    let size = format!("{}.{}", tenths / 10, tenths % 10);
    match bound {
        Some(bound) => format!("{size} ({:>3})", bound / KILOBYTE),
        None => format!("{size} (  -)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, raw: usize, gzip: usize) -> (String, Sizes) {
        (name.to_owned(), Sizes { raw, gzip })
    }

    #[test]
    fn a_module_at_its_bound_passes() {
        assert!(enforce(&[module("auth-email-verify", 100_000, 45_000)]).is_ok());
    }

    #[test]
    fn a_module_over_either_bound_is_named() {
        for (raw, gzip) in [(100_001, 1), (1, 45_001)] {
            let error = enforce(&[module("auth-email-verify", raw, gzip)]).unwrap_err();
            assert!(error.to_string().contains("auth-email-verify"));
        }
    }

    #[test]
    fn a_dispatcher_may_be_larger() {
        assert!(enforce(&[module("email-dispatch", 300_000, 140_000)]).is_ok());
        assert!(enforce(&[module("email-dispatch", 300_001, 1)]).is_err());
    }

    #[test]
    fn the_table_marks_what_is_too_large() {
        let table = table(&[module("a", 68_012, 33_000), module("b", 200_000, 45_000)]);
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[1].contains("68.1 (100)") && !lines[1].contains("TOO LARGE"));
        assert!(lines[2].ends_with("TOO LARGE"));
    }
}
