// @ts-check
// Some of its visitors follow a link that lost a part of its page's name: its token leaves the address bar here, too.
import './link.js';
import './session.js';
