#include "codegen/describe/python_wrapper.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/kernel_abi.h"

namespace wengert {
namespace {

constexpr std::string_view runtime = R"PYTHON(
import builtins as _builtins
import collections as _collections
import ctypes as _ctypes
import os as _os
import warnings as _warnings

import numpy as _numpy

_DTYPES = {"bool": _numpy.bool_, "i32": _numpy.int32, "i64": _numpy.int64, "f32": _numpy.float32, "f64": _numpy.float64}
_CODES = {
    -1: "a size is negative",
    -2: "for these sizes an extent is negative, divides by zero, or is 0 where max or argmax is taken",
    -3: "an array or the workspace is too large",
    -4: "an input is NULL",
    -5: "an output is NULL",
    -6: "the workspace is NULL",
}
_POINTERS = _ctypes.POINTER(_ctypes.c_void_p)
_SIZES = _ctypes.POINTER(_ctypes.c_int64)


class _Kernel:
    """One entry: inputs and outputs are (name, dtype, extents), solve is (input, axis, symbol, scale, offset):
    the axis is scale*symbol + offset, both made of other symbols. donated: the input whose array an output is."""

    def __init__(self, name, inputs, symbols, outputs, solve, threads, donated):
        self.name, self.inputs, self.symbols, self.outputs, self.solve = name, inputs, symbols, outputs, solve
        self.donated = donated
        self.result = _collections.namedtuple(name + "_result", [output[0] for output in outputs])
        self.packed = _builtins.getattr(_library, name + "_packed")
        self.packed.restype = _ctypes.c_int
        # Behind the workspace, threaded kernels take a parallel_for and its context: NULL, so one thread here.
        self.serial = [None] * (2 if threads > 1 else 0)
        self.packed.argtypes = [_POINTERS, _SIZES, _POINTERS] + [_ctypes.c_void_p] * (1 + _builtins.len(self.serial))
        self.workspace = _builtins.getattr(_library, name + "_workspace")
        self.workspace.restype = _ctypes.c_size_t
        self.workspace.argtypes = [_ctypes.c_int64] * _builtins.len(symbols)

    def array(self, input, value):
        name, dtype, extents = input
        array = _numpy.asarray(value)
        # Python's numbers take the kernel's type; an array must not lose anything.
        rule = "safe" if _builtins.isinstance(value, (_numpy.ndarray, _numpy.generic)) else "same_kind"
        if array.size and not _numpy.can_cast(array.dtype, _DTYPES[dtype], rule):
            raise _builtins.TypeError(f"{self.name}: {name} is {array.dtype}, wanted {dtype}")
        if array.ndim != _builtins.len(extents):
            raise _builtins.ValueError(f"{self.name}: {name} has shape {array.shape}, wanted [{', '.join(extents)}]")
        if array.size and array.dtype.kind in "iu" and dtype in ("i32", "i64"):
            limits = _numpy.iinfo(_DTYPES[dtype])
            for number in (_builtins.int(array.min()), _builtins.int(array.max())):
                if not limits.min <= number <= limits.max:
                    raise _builtins.OverflowError(f"{self.name}: {name} has the number {number}, which does not fit {dtype}")
        array = _numpy.asarray(array, dtype=_DTYPES[dtype], order="C")
        return array if array.flags.aligned else array.copy()

    def in_place(self, input, value):
        name, dtype, extents = input
        if not _builtins.isinstance(value, _numpy.ndarray):
            kind = _builtins.type(value).__name__
            raise _builtins.TypeError(f"{self.name}: {name} is {kind}; it is written, so a NumPy array of {dtype} is wanted")
        if _builtins.type(value) not in (_numpy.ndarray, _numpy.memmap):  # masks and units would not be kept
            kind = _builtins.type(value).__name__
            raise _builtins.TypeError(f"{self.name}: {name} is {kind}; it is written, so a plain NumPy array is wanted")
        if value.dtype != _DTYPES[dtype]:
            raise _builtins.TypeError(f"{self.name}: {name} is {value.dtype}; it is written, so {dtype} itself is wanted")
        if value.ndim != _builtins.len(extents):
            raise _builtins.ValueError(f"{self.name}: {name} has shape {value.shape}, wanted [{', '.join(extents)}]")
        for flag, wanted in (("WRITEABLE", "writeable"), ("C_CONTIGUOUS", "C-contiguous"), ("ALIGNED", "aligned")):
            if not value.flags[flag]:
                raise _builtins.ValueError(f"{self.name}: {name} is written, so it must be {wanted}")
        return value

    def keep_apart(self, arrays):
        for written in self.donated.values():
            for other, array in _builtins.enumerate(arrays):
                if other == written or not _numpy.may_share_memory(arrays[written], array):
                    continue
                if other in self.donated.values():
                    names = f"{self.inputs[written][0]} and {self.inputs[other][0]}"
                    raise _builtins.ValueError(f"{self.name}: {names} are both written and lie in the same memory")
                arrays[other] = array.copy()

    def find_sizes(self, arrays, given):
        sizes = {symbol: _builtins.int(value) for symbol, value in _builtins.zip(self.symbols, given) if value is not None}
        while _builtins.any(self.learn(arrays, sizes, *row) for row in self.solve):
            pass
        for symbol in self.symbols:
            if symbol not in sizes:
                raise _builtins.ValueError(f"{self.name}: the inputs do not tell {symbol}; pass {symbol}=...")
        for (name, _, extents), array in _builtins.zip(self.inputs, arrays):
            if array.shape != self.shape(extents, sizes):
                raise _builtins.ValueError(f"{self.name}: {name} has shape {array.shape}, wanted [{', '.join(extents)}]"
                                 f"{self.told(sizes)}")
        return sizes

    def learn(self, arrays, sizes, input, axis, symbol, scale, offset):
        if symbol in sizes:
            return False
        try:
            scale, offset = self.shape((scale, offset), sizes)
        except _builtins.NameError:
            return False  # a symbol of those is not known, or not yet
        if scale == 0:
            return False
        whole, rest = _builtins.divmod(arrays[input].shape[axis] - offset, scale)
        if rest != 0:
            name, _, extents = self.inputs[input]
            raise _builtins.ValueError(f"{self.name}: {name} has shape {arrays[input].shape}, wanted [{', '.join(extents)}]"
                             f"{self.told(sizes)}, which no whole {symbol} gives")
        sizes[symbol] = whole
        return True

    def told(self, sizes):
        return " with " + ", ".join(f"{symbol}={sizes[symbol]}" for symbol in self.symbols if symbol in sizes) if sizes else ""

    def shape(self, extents, sizes):
        names = _builtins.dict(sizes, floordiv=lambda a, b: a // b, min=min, max=max, __builtins__={})
        return _builtins.tuple(_builtins.eval(extent, names) for extent in extents)

    def call(self, inputs, symbols, outputs, workspace):
        return self.packed(
            (_ctypes.c_void_p * max(1, _builtins.len(self.inputs)))(*inputs),
            (_ctypes.c_int64 * max(1, _builtins.len(symbols)))(*symbols),
            (_ctypes.c_void_p * max(1, _builtins.len(self.outputs)))(*outputs),
            workspace,
            *self.serial,
        )

    def refuse(self, code, sizes):
        raise _builtins.ValueError(f"{self.name}: {_CODES.get(code, code)}{self.told(sizes)}")

    def __call__(self, values, given):
        take = lambda index: self.in_place if index in self.donated.values() else self.array
        arrays = [take(index)(*pair) for index, pair in _builtins.enumerate(_builtins.zip(self.inputs, values))]
        self.keep_apart(arrays)
        sizes = self.find_sizes(arrays, given)
        symbols = [sizes[symbol] for symbol in self.symbols]
        inputs = [array.ctypes.data for array in arrays]
        needed = self.workspace(*symbols)
        if needed == _ctypes.c_size_t(-1).value:
            # Which size it is: the kernel looks at them before outputs and workspace.
            self.refuse(self.call(inputs, symbols, [], None), sizes)
        workspace = _numpy.empty(needed, _numpy.uint8)
        outputs = [
            arrays[self.donated[index]] if index in self.donated else _numpy.empty(self.shape(extents, sizes), _DTYPES[dtype])
            for index, (_, dtype, extents) in _builtins.enumerate(self.outputs)
        ]
        code = self.call(inputs, symbols, [output.ctypes.data for output in outputs], workspace.ctypes.data)
        if code < 0:
            self.refuse(code, sizes)
        if code & 1:
            _warnings.warn(f"{self.name}: an index was out of range", _builtins.RuntimeWarning, stacklevel=3)
        outputs = [output[()] if output.ndim == 0 else output for output in outputs]
        return outputs[0] if _builtins.len(outputs) == 1 else self.result(*outputs)
)PYTHON";
static_assert(WENGERT_BAD_SYMBOL == -1 && WENGERT_BAD_EXTENT == -2 && WENGERT_SIZE_OVERFLOW == -3 &&
              WENGERT_NULL_INPUT == -4 && WENGERT_NULL_OUTPUT == -5 && WENGERT_NULL_WORKSPACE == -6 &&
              WENGERT_INDEX_OUT_OF_RANGE == 1);

/// A literal of Python for any bytes.
std::string python_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (code < 0x20 || code == 0x7f)
      out += fmt::format("\\x{:02x}", code);
    else
      out += c;
  }
  return out + "\"";
}

std::string list(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string describe(const Entry& entry, const ArgumentNames& names, const Argument& argument,
                     const std::string& name) {
  std::vector<std::string> extents;
  for (const Extent& extent : argument.type.shape)
    extents.push_back(python_string(names.spell(entry, extent)));
  return fmt::format("(\"{}\", \"{}\", {})", name, wengert::name(argument.type.dtype), list(extents));
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// An extent's symbols: those that are factors of its terms, and those within floordiv, min and max.
struct Symbols {
  std::vector<std::string> factors, within;
};
Symbols symbols_of(const Extent& extent) {
  Symbols out;
  for (const Extent::Term& term : extent.terms()) {
    for (const Extent::AtomPtr& atom : term.atoms) {
      atom->a.collect_symbols(out.within);
      atom->b.collect_symbols(out.within);
      if (atom->kind == Extent::Atom::Kind::symbol && !contains(out.factors, atom->text))
        out.factors.push_back(atom->text);
    }
  }
  return out;
}

/// Axes whose length tells a symbol, where the other symbols that it is made of are known.
std::vector<std::string> solutions(const Entry& entry, const ArgumentNames& names) {
  std::vector<std::string> out;
  for (size_t i = 0; i < entry.inputs.size(); i++) {
    const Shape& shape = entry.inputs[i].type.shape;
    for (size_t axis = 0; axis < shape.size(); axis++) {
      const auto [factors, within] = symbols_of(shape[axis]);
      for (const std::string& name : factors) {
        if (contains(within, name)) continue;
        const Extent symbol = Extent::symbol(name), offset = shape[axis].bind({{name, 0}});
        const std::optional<Extent> scale = Extent::exact_quotient(shape[axis] - offset, symbol);
        std::vector<std::string> squared;
        if (scale) scale->collect_symbols(squared);
        if (!scale || contains(squared, name)) continue;
        out.push_back(fmt::format("({}, {}, {}, {}, {})", i, axis, python_string(names.spell(entry, symbol)),
                                  python_string(names.spell(entry, *scale)),
                                  python_string(names.spell(entry, offset))));
      }
    }
  }
  return out;
}

std::string function(const Entry& entry) {
  const ArgumentNames names(entry);
  std::vector<std::string> inputs, outputs, parameters = names.inputs, texts;
  for (size_t i = 0; i < entry.inputs.size(); i++) {
    inputs.push_back(describe(entry, names, entry.inputs[i], names.inputs[i]));
    texts.push_back(fmt::format("{}: {}", names.inputs[i], names.spell(entry, entry.inputs[i].type)));
  }
  std::vector<std::string> results, symbols;
  for (size_t i = 0; i < entry.outputs.size(); i++) {
    outputs.push_back(describe(entry, names, entry.outputs[i], names.outputs[i]));
    results.push_back(fmt::format("{}: {}", names.outputs[i], names.spell(entry, entry.outputs[i].type)));
  }
  if (!names.symbols.empty()) parameters.push_back("*");
  for (const std::string& symbol : names.symbols) {
    parameters.push_back(symbol + "=None");
    symbols.push_back(python_string(symbol));
  }
  std::vector<std::string> donated, written;
  for (const Donation& donation : entry.donations) {
    donated.push_back(fmt::format("{}: {}", donation.output, donation.input));
    written.push_back(fmt::format("\n    {} is written: it becomes {} and is returned as that.",
                                  names.inputs[donation.input], names.outputs[donation.output]));
  }
  auto tuple = [](const std::vector<std::string>& items) {
    return items.empty() ? "()" : fmt::format("({},)", fmt::join(items, ", "));
  };
  const std::string documentation =
      fmt::format("{}\n\n    {} -> {}{}", entry.summary.empty() ? entry.symbol : entry.summary,
                  fmt::join(texts, ", "), fmt::join(results, ", "), fmt::join(written, ""));
  return fmt::format(
      "\n\n_kernel_{0} = _Kernel(\n    \"{0}\",\n    {1},\n    {2},\n    {3},\n    {4},\n    {9},\n    "
      "{{{10}}},\n)\n"
      "\n\ndef {0}({5}):\n    return _kernel_{0}({6}, {7})\n"
      "\n\n{0}.__doc__ = {8}\n",
      entry.symbol, list(inputs), list(symbols), list(outputs), list(solutions(entry, names)),
      fmt::join(parameters, ", "), tuple(names.inputs), tuple(names.symbols), python_string(documentation),
      entry.threads, fmt::join(donated, ", "));
}

}  // namespace

std::string write_python_wrapper(const ObjectDescription& object) {
  std::string out = fmt::format(
      "# Kernels of {0} on NumPy arrays, written by Wengert {1}. C ABI version {2}. {0} must lie beside this "
      "file.\n#\n# One output is returned as it is, several as a named tuple. Arrays of another layout are "
      "copied.\n",
      shared_library_name(object.name), WENGERT_VERSION, WENGERT_ABI_VERSION);
  out += runtime;
  out += fmt::format(
      "\n\n_library = _ctypes.CDLL(_os.path.join(_os.path.dirname(_os.path.abspath(__file__)), {}))\n",
      python_string(shared_library_name(object.name)));
  for (const Entry& entry : object.entries) out += function(entry);
  return out;
}

}  // namespace wengert
