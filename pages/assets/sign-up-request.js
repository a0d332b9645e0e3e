// @ts-check
import { language } from './introduction.js';
import { offerLink } from './link-request.js';

/** @param {string | ((email: string) => void)} told */
export const offerSignUp = (told) => offerLink('auth-sign-up', told, language());
