// Calls of labs(3) through Go's `cgo_import_dynamic` and `runtime.cgocall`.
package main

import (
	_ "runtime/cgo"
	"unsafe"

	"../measure"
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
	measure.Serve(calls)
}
