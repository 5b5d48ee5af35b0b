/* What the other library needs. */
int needed(void) { return 20; }
