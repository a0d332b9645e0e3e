// What the first caller of a new isolate waits for: deno run first-request.js <module> <token>
const [module, token] = Deno.args;
const started = performance.now();
const { default: server } = await import(`file://${module}`);
const response = await server.fetch(
  new Request('http://localhost/auth-email-verify/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }),
);
await response.text();
const milliseconds = performance.now() - started;
if (response.status !== 200 && response.status !== 410) throw new Error(`answered ${response.status}`);
console.log(JSON.stringify({ milliseconds }));
Deno.exit();
