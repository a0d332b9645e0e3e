//! A function: a table of operations and of what does them.

use std::{future::Future, pin::Pin};

use evenkeel_core::{
    AccessToken, Result,
    operation::{CalledBy, Credentials, Input, Operation},
    ports::HttpMethod,
};

use crate::{answer::Answer, call::Admitted, edge::Edge, incoming::Accepts};

/// The work of one route. Boxed, so that each is a function of its own: the runtime compiles a
/// function when it is first called, and a first request waits for that.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<Answer>> + 'a>>;

/// One route of a function.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    function: &'static str,
    method: HttpMethod,
    path: &'static str,
    is_at: fn(&str, &str) -> bool,
    pub(crate) admit: fn(&Credentials<'_>) -> Result<Option<AccessToken>>,
    pub(crate) accepts: Accepts,
    pub(crate) serve: for<'a> fn(&'a Edge, &'a Admitted) -> Work<'a>,
}

impl Route {
    /// The route of an operation, and what serves it.
    pub const fn new<C: CalledBy, I: Input, A>(
        operation: &Operation<C, I, A>,
        serve: for<'a> fn(&'a Edge, &'a Admitted) -> Work<'a>,
    ) -> Self {
        Self {
            function: operation.function,
            method: I::METHOD,
            path: operation.path,
            is_at: I::is_at,
            admit: C::admit,
            accepts: Accepts { limit: operation.body_limit, takes: I::takes, media: I::MEDIA },
            serve,
        }
    }
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its routes: one at least.
    pub routes: &'static [Route],
}

impl Function {
    /// Its name in URLs, logs and Sentry: that of its operations.
    pub(crate) fn name(&self) -> &'static str {
        self.routes.first().map_or("", |route| route.function)
    }

    /// The route's path, if there is one. The platform passes `/<name>/…`; a
    /// gateway that forwards the whole URL passes `/functions/v1/<name>/…`.
    pub(crate) fn path(&self, pathname: &str) -> Option<&'static str> {
        let path = pathname.strip_prefix("/functions/v1").unwrap_or(pathname);
        let below = path.strip_prefix('/')?.strip_prefix(self.name())?;
        let below = below.strip_suffix('/').unwrap_or(below);
        let below = if below.is_empty() { "/" } else { below };
        let route = self.routes.iter().find(|route| (route.is_at)(route.path, below));
        route.map(|route| route.path)
    }

    /// The methods of a path, as `Allow` wants them.
    pub(crate) fn allow(&self, path: &str) -> String {
        let routes = self.routes.iter().filter(|route| route.path == path);
        let methods = routes.map(|route| route.method.as_str()).chain(["OPTIONS"]);
        methods.collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn route(&self, method: &str, path: &str) -> Option<&'static Route> {
        self.routes.iter().find(|route| route.path == path && route.method.as_str() == method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable<'a>(_: &'a Edge, _: &'a Admitted) -> Work<'a> {
        Box::pin(async { unreachable!("only found") })
    }

    const fn route(path: &'static str) -> Route {
        Route {
            function: "sample",
            method: HttpMethod::Post,
            path,
            is_at: |path, asked| path == asked,
            admit: |_| Ok(None),
            accepts: Accepts { limit: 1, takes: |_| true, media: "" },
            serve: unreachable,
        }
    }

    const FUNCTION: Function = Function { routes: &[route("/"), route("/resend")] };

    #[test]
    fn the_function_is_found_behind_either_gateway() {
        let cases = [
            ("/sample", Some("/")),
            ("/sample/", Some("/")),
            ("/sample/resend", Some("/resend")),
            ("/functions/v1/sample/resend/", Some("/resend")),
            ("/sample/other", None),
            ("/sampler", None),
            ("/other", None),
            ("/", None),
        ];
        for (pathname, expected) in cases {
            assert_eq!(FUNCTION.path(pathname), expected, "{pathname}");
        }
    }

    #[test]
    fn a_path_names_its_methods() {
        assert_eq!(FUNCTION.allow("/resend"), "POST, OPTIONS");
        assert!(FUNCTION.route("GET", "/").is_none());
    }
}
