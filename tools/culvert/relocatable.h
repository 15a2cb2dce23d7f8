// Relocatable device code (-rdc=true): what clang's output needs so that objects can be linked without a device linker.
// The PTX of every object stays in the object; the driver library links it when the program starts.
#pragma once

#include <string>

namespace culvert::tools {

// clang 19 gives a static variable that the host uses a unique name, and calls it by its old name in the functions it
// had emitted before it saw the use ("x" declared .extern beside "x__static__HASH" defined). Every such "x" becomes
// that definition.
std::string WithStaticNames(const std::string& ptx);

// The host half's assembly with its registration handed to LinkStub(), which every linked program has once, and an
// entry in the list from which the stub knows how many objects there are.
std::string WithLinkRegistration(std::string assembly);

// C++ source of the object that registers all objects of a program (or shared library) as one image.
const char* LinkStub();

}  // namespace culvert::tools
