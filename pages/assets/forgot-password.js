// @ts-check
import { offerReset } from './reset-request.js';

offerReset();
