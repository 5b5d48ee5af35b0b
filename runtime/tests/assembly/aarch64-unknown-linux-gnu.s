call:
    adrp x8, :got:IMPORT
    ldr x8, [x8, :got_lo12:IMPORT]
    ldar x1, [x8]
    br x1
call_variadic:
    fmov d0, #1.50000000
    b variadic
bind:
    hint #34
    adrp x9, IMPORT
    add x9, x9, :lo12:IMPORT
    b trampoline
guest:
    hint #34
    adrp x9, IMPORT+8
    ldr x9, [x9, :lo12:IMPORT+8]
    b guest_enter_fast
variadic:
    hint #34
    adrp x16, IMPORT
    add x16, x16, :lo12:IMPORT
    ldar x16, [x16]
    br x16
