// @ts-check
import './session.js';
