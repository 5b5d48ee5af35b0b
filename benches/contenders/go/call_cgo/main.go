// Calls of labs(3) through cgo. Reads a count (eight bytes), calls so often, writes the nanoseconds that took.
package main

// #include <stdlib.h>
import "C"

import (
	"encoding/binary"
	"io"
	"os"
	"time"
)

var sum C.long

func calls(count uint64) {
	for n := uint64(0); n < count; n++ {
		sum += C.labs(C.long(n))
	}
}

func main() {
	var number [8]byte
	for {
		if _, err := io.ReadFull(os.Stdin, number[:]); err != nil {
			return
		}
		start := time.Now()
		calls(binary.NativeEndian.Uint64(number[:]))
		binary.NativeEndian.PutUint64(number[:], uint64(time.Since(start)))
		os.Stdout.Write(number[:])
	}
}
