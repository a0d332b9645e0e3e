// What the first caller of a new isolate waits for: deno run first-request.js <module> <token>
const [module, token] = Deno.args;
const body = JSON.stringify({ token });
const started = performance.now();
const { default: server } = await import(`file://${module}`);
const response = await server.fetch(
  new Request('http://localhost/auth-email-verify/', {
    method: 'POST',
    // As a request comes over HTTP: a body that declares no length is read as a stream.
    headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
    body,
  }),
);
await response.text();
const milliseconds = performance.now() - started;
if (response.status !== 200 && response.status !== 410) throw new Error(`answered ${response.status}`);
console.log(JSON.stringify({ milliseconds }));
Deno.exit();
