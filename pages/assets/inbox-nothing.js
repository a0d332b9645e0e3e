// Nothing happens on this page.
