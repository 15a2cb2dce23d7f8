#include "tests/runtime/fixture.h"
