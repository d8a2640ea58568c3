/* Finds the chapter of a call; see here.h. */
#include "here.h"

bool call_here(const Call *call) {
    CallChapter *const chapter[] = {call_01, call_02, call_03, call_04, call_05, call_06, call_07};
    bool ran = false;
    call_guard(call, true);
    for (size_t i = 0; !ran && i < sizeof chapter / sizeof *chapter; i++)
        ran = chapter[i] && chapter[i](call);
    call_guard(call, false);
    return ran;
}
