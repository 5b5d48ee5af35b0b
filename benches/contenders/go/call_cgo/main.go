// Calls of labs(3) through cgo.
package main

// #include <stdlib.h>
import "C"

import "../measure"

var sum C.long

func calls(count uint64) {
	for n := uint64(0); n < count; n++ {
		sum += C.labs(C.long(n))
	}
}

func main() {
	measure.Serve(calls)
}
