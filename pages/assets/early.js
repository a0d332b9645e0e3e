// Before anything is painted: whether this browser holds a session, so that nothing is shown that is for others. Whether it
// still stands only Auth knows, whom session.js asks.
document.documentElement.dataset.session = Object.keys(localStorage).some((key) => /^sb-.+-auth-token$/.test(key)) ? 'in' : 'out';
document.documentElement.ariaBusy = 'true';
