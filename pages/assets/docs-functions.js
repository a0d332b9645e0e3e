// @ts-check
// The edge functions in Swagger UI, with the keys of this stack filled in.
import { byId } from './dom.js';
import { keys } from './session.js';

const dark = matchMedia('(prefers-color-scheme: dark)');
dark.addEventListener('change', followScheme);
followScheme();

const { apikey, authorization } = await keys();
const viewer = /** @type {any} */ (globalThis).SwaggerUIBundle({
  url: '/docs/openapi.json',
  domNode: byId('viewer'),
  deepLinking: true,
  displayRequestDuration: true,
  // Of its themes the one whose colours all stand out.
  syntaxHighlight: { theme: 'nord' },
  defaultModelsExpandDepth: 0,
  // Nobody else is asked whether the document is valid.
  validatorUrl: null,
  onComplete: () => {
    viewer.preauthorizeApiKey('publishable', apikey);
    if (authorization) viewer.preauthorizeApiKey('person', authorization.replace('Bearer ', ''));
  },
});

function followScheme() {
  document.documentElement.classList.toggle('dark-mode', dark.matches);
}
