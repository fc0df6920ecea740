"""The kinds that rebate rules are composed of, one small file each, found by folder (R1 … R10). Pure.

A file is named ``{family}_{kind}.py`` and holds one frozen dataclass of that family, see ``model``. A
new kind is one new file and nothing else: the door's union, the published schema, the guards and the
explanation find it here.
"""

import importlib
import pkgutil

from chalicelib.commissions.kinds import model

for _found in pkgutil.iter_modules(__path__):
    if _found.name.partition("_")[0] in model.FAMILIES:
        importlib.import_module(f"{__name__}.{_found.name}")
