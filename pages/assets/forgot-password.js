// @ts-check
import { offerRequest } from './reset-request.js';

offerRequest();
