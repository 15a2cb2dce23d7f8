# lit configuration: PTX files whose disassembly is matched by FileCheck. Run by ctest (CMakeLists.txt gives the tools).
import os

import lit.formats

config.name = "culvert-bytecode"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".ptx"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = lit_config.params["exec_root"]
config.substitutions.append(("%ptx_to_bytecode", lit_config.params["ptx_to_bytecode"]))
config.substitutions.append(("%FileCheck", lit_config.params["filecheck"]))
