// Calls of labs(3) through Go's `cgo_import_dynamic` and `runtime.cgocall`. Reads a count (eight bytes), calls so often, writes the nanoseconds that took.
package main

import (
	"encoding/binary"
	"io"
	"os"
	_ "runtime/cgo"
	"time"
	"unsafe"
)

//go:cgo_import_dynamic libc_labs labs "libc.so.6"

//go:noescape
//go:linkname cgocall runtime.cgocall
func cgocall(function, argument unsafe.Pointer) int32

// What labs_call in labs_amd64.s is given: the argument, and place for the result.
type arguments struct{ argument, result int }

// The address of labs_call.
var labsCall unsafe.Pointer

var sum int

func calls(count uint64) {
	for n := uint64(0); n < count; n++ {
		call := arguments{argument: int(n)}
		cgocall(labsCall, unsafe.Pointer(&call))
		sum += call.result
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
