// Calls of labs(3) through purego: `SyscallN`, or a function made by `RegisterLibFunc`.
package main

import (
	"os"

	"../measure"

	"github.com/ebitengine/purego"
)

var (
	sum     int
	address uintptr
	labs    func(int) int
)

func syscalls(count uint64) {
	for n := uint64(0); n < count; n++ {
		result, _, _ := purego.SyscallN(address, uintptr(n))
		sum += int(result)
	}
}

func calls(count uint64) {
	for n := uint64(0); n < count; n++ {
		sum += labs(int(n))
	}
}

func main() {
	library, err := purego.Dlopen("libc.so.6", purego.RTLD_NOW)
	if err == nil {
		address, err = purego.Dlsym(library, "labs")
	}
	if err != nil {
		panic(err)
	}
	purego.RegisterFunc(&labs, address)
	calls := calls
	if len(os.Args) > 1 && os.Args[1] == "syscall" {
		calls = syscalls
	}
	measure.Serve(calls)
}
