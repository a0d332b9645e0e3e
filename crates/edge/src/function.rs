//! What a function is, as far as the host must know.

/// A method that a route may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named by HTTP")]
pub enum Method {
    Get,
    Post,
}

impl Method {
    /// As it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One route of a function.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path below the function: `/` or `/resend`.
    pub path: &'static str,
    /// The longest body, in bytes.
    pub body_limit: usize,
}

impl Route {
    /// A route that takes JSON of up to 64 KiB.
    pub const fn post(path: &'static str) -> Self {
        Self { method: Method::Post, path, body_limit: 64 << 10 }
    }

    /// A route that takes a query and no body.
    pub const fn get(path: &'static str) -> Self {
        Self { method: Method::Get, path, body_limit: 0 }
    }

    /// The same with another limit. Nothing is read beyond it.
    #[must_use]
    pub const fn up_to(self, body_limit: usize) -> Self {
        Self { body_limit, ..self }
    }
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name in URLs, logs and Sentry.
    pub name: &'static str,
    /// Its routes.
    pub routes: &'static [Route],
}

impl Function {
    /// The route's path, if there is one. The platform passes `/<name>/…`; a
    /// gateway that forwards the whole URL passes `/functions/v1/<name>/…`.
    pub(crate) fn path(&self, pathname: &str) -> Option<&'static str> {
        let path = pathname.strip_prefix("/functions/v1").unwrap_or(pathname);
        let below = path.strip_prefix('/')?.strip_prefix(self.name)?;
        let below = below.strip_suffix('/').unwrap_or(below);
        let below = if below.is_empty() { "/" } else { below };
        self.routes.iter().map(|route| route.path).find(|path| *path == below)
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

    const FUNCTION: Function =
        Function { name: "sample", routes: &[Route::post("/"), Route::post("/resend")] };

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
