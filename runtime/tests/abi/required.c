/* A library that the program requires, and only its neighbour's undefined symbol needs. */
long abi_required(long x) { return x + 5; }
