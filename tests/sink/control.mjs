// @ts-check
// The sink's remote control, for a test in another process.
//
// | request                   | does                                                     |
// |---------------------------|----------------------------------------------------------|
// | POST   /_control/faults   | adds one fault or a list of them                         |
// | DELETE /_control/faults   | forgets all faults                                       |
// | GET    /_control/mails    | the accepted mails; `?to=` for one address               |
// | GET    /_control/visits   | every request with its status                            |
// | GET    /_control/count    | `{"mails": n}`                                           |
// | DELETE /_control          | forgets everything                                       |

/** @param {import("node:http").ServerResponse} response @param {number} status @param {unknown} body */
function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** @param {import("./sink.mjs").Sink} sink @param {string} text */
function addFaults(sink, text) {
  for (const fault of [JSON.parse(text)].flat()) sink.faults.add(fault);
}

/**
 * @param {import("./sink.mjs").Sink} sink
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
export async function answerControl(sink, request, response) {
  const url = new URL(request.url ?? '/', 'http://sink');
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  try {
    switch (`${request.method} ${url.pathname}`) {
      case 'POST /_control/faults':
        addFaults(sink, text);
        return reply(response, 200, {});
      case 'DELETE /_control/faults':
        sink.faults.clear();
        return reply(response, 200, {});
      case 'GET /_control/mails': {
        const to = url.searchParams.get('to');
        return reply(response, 200, to === null ? sink.mailbox.mails : sink.mailbox.to(to));
      }
      case 'GET /_control/visits':
        return reply(response, 200, sink.visits);
      case 'GET /_control/count':
        return reply(response, 200, { mails: sink.mailbox.count });
      case 'DELETE /_control':
        sink.clear();
        return reply(response, 200, {});
      default:
        return reply(response, 404, { message: 'see control.mjs' });
    }
  } catch (error) {
    reply(response, 400, { message: String(error) });
  }
}
