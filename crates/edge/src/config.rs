//! The configuration of the instance.

use std::cell::OnceCell;

use evenkeel_core::{Config, config::ConfigError};

use crate::platform;

thread_local! {
    /// Read and validated once per instance.
    static CONFIG: OnceCell<std::result::Result<&'static Config, Vec<ConfigError>>> = const { OnceCell::new() };
}

/// The configuration, or everything that is wrong with it.
pub(crate) fn config() -> std::result::Result<&'static Config, Vec<ConfigError>> {
    CONFIG.with(|config| {
        config
            .get_or_init(|| Config::load(platform::env).map(|config| &*Box::leak(Box::new(config))))
            .clone()
    })
}
