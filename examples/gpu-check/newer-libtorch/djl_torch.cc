// What Glimpse calls of DJL's native methods (ai.djl.pytorch.jni.PyTorchLibrary, 0.35.1), for a libtorch that DJL has no library for. It is
// for measuring on a machine as it is: no part of the product. Handles are addresses of objects on the heap, freed by torchDelete*.
#include <jni.h>

#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIndexing.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/script.h>

#include <sstream>
#include <string>
#include <vector>

namespace {

using Module = torch::jit::script::Module;
using Index = std::vector<torch::indexing::TensorIndex>;

// Order of ai.djl.ndarray.types.DataType; what has no name there, as bfloat16, is UNKNOWN, the ninth.
constexpr c10::ScalarType TYPES[] = {torch::kFloat32, torch::kFloat64, torch::kFloat16, torch::kUInt8,
    torch::kInt32, torch::kInt8, torch::kInt64, torch::kBool};
constexpr jint UNKNOWN = 8;

template <typename T>
jlong give(T value) {
  return reinterpret_cast<jlong>(new T(std::move(value)));
}

template <typename T>
T& the(jlong handle) {
  return *reinterpret_cast<T*>(handle);
}

// A C++ exception must not cross into Java.
template <typename Work>
auto guarded(JNIEnv* env, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const c10::Error& e) {
    env->ThrowNew(env->FindClass("ai/djl/engine/EngineException"), e.what());
  } catch (const std::exception& e) {
    env->ThrowNew(env->FindClass("ai/djl/engine/EngineException"), e.what());
  }
  return decltype(work())();
}

std::vector<jlong> longs(JNIEnv* env, jlongArray array) {
  std::vector<jlong> values(env->GetArrayLength(array));
  env->GetLongArrayRegion(array, 0, values.size(), values.data());
  return values;
}

jlongArray array(JNIEnv* env, const std::vector<jlong>& values) {
  jlongArray made = env->NewLongArray(values.size());
  env->SetLongArrayRegion(made, 0, values.size(), values.data());
  return made;
}

std::vector<torch::Tensor> tensorsOf(JNIEnv* env, jlongArray handles) {
  std::vector<torch::Tensor> tensors;
  for (const jlong handle : longs(env, handles)) {
    tensors.push_back(the<torch::Tensor>(handle));
  }
  return tensors;
}

std::string text(JNIEnv* env, jstring string) {
  const char* chars = env->GetStringUTFChars(string, nullptr);
  std::string copy(chars);
  env->ReleaseStringUTFChars(string, chars);
  return copy;
}

torch::Device device(JNIEnv* env, jintArray array) {
  jint typeAndIndex[2];
  env->GetIntArrayRegion(array, 0, 2, typeAndIndex);
  return typeAndIndex[0] == 0 ? torch::Device(torch::kCPU)
                              : torch::Device(static_cast<torch::DeviceType>(typeAndIndex[0]), typeAndIndex[1]);
}

torch::TensorOptions options(JNIEnv* env, jint type, jintArray where) {
  return torch::TensorOptions().dtype(TYPES[type]).device(device(env, where));
}

}  // namespace

#define NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_ai_djl_pytorch_jni_PyTorchLibrary_##name

NATIVE(void, torchSetGradMode)(JNIEnv*, jobject, jboolean enabled) { c10::GradMode::set_enabled(enabled); }
NATIVE(void, setGraphExecutorOptimize)(JNIEnv*, jobject, jboolean enabled) {
  torch::jit::setGraphExecutorOptimize(enabled);
}
NATIVE(jint, torchGetNumThreads)(JNIEnv*, jobject) { return at::get_num_threads(); }
NATIVE(void, torchSetNumThreads)(JNIEnv*, jobject, jint threads) { at::set_num_threads(threads); }
NATIVE(jint, torchGetNumInteropThreads)(JNIEnv*, jobject) { return at::get_num_interop_threads(); }
NATIVE(void, torchSetNumInteropThreads)(JNIEnv*, jobject, jint threads) { at::set_num_interop_threads(threads); }
NATIVE(void, torchManualSeed)(JNIEnv*, jobject, jlong seed) { torch::manual_seed(seed); }
NATIVE(void, torchShowConfig)(JNIEnv*, jobject, jobject) {}
NATIVE(void, torchCudaEmptyCache)(JNIEnv* env, jobject) {
  guarded(env, [&] { at::getDeviceAllocator(torch::kCUDA)->emptyCache(); });
}

NATIVE(jlongArray, torchSizes)(JNIEnv* env, jobject, jlong tensor) {
  return guarded(env, [&] { return array(env, the<torch::Tensor>(tensor).sizes().vec()); });
}
NATIVE(jint, torchDType)(JNIEnv*, jobject, jlong tensor) {
  for (jint i = 0; i < UNKNOWN; i++) {
    if (TYPES[i] == the<torch::Tensor>(tensor).scalar_type()) {
      return i;
    }
  }
  return UNKNOWN;
}
NATIVE(jintArray, torchDevice)(JNIEnv* env, jobject, jlong tensor) {
  const auto where = the<torch::Tensor>(tensor).device();
  const jint values[] = {static_cast<jint>(where.type()), where.index()};
  jintArray made = env->NewIntArray(2);
  env->SetIntArrayRegion(made, 0, 2, values);
  return made;
}
NATIVE(jint, torchLayout)(JNIEnv*, jobject, jlong tensor) {
  const auto layout = the<torch::Tensor>(tensor).layout();
  return layout == torch::kStrided ? 0 : layout == torch::kSparse ? 1 : 2;
}
NATIVE(jboolean, torchIsContiguous)(JNIEnv*, jobject, jlong tensor) {
  return the<torch::Tensor>(tensor).is_contiguous();
}
NATIVE(jlong, torchToContiguous)(JNIEnv* env, jobject, jlong tensor) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).contiguous()); });
}
NATIVE(jobject, torchDirectByteBuffer)(JNIEnv* env, jobject, jlong tensor) {
  const auto& values = the<torch::Tensor>(tensor);
  return env->NewDirectByteBuffer(values.data_ptr(), values.nbytes());
}
NATIVE(jbyteArray, torchDataPtr)(JNIEnv* env, jobject, jlong tensor) {
  return guarded(env, [&] {
    const auto values = the<torch::Tensor>(tensor).contiguous();
    jbyteArray made = env->NewByteArray(values.nbytes());
    env->SetByteArrayRegion(made, 0, values.nbytes(), static_cast<const jbyte*>(values.data_ptr()));
    return made;
  });
}
NATIVE(jlong, torchTo)(JNIEnv* env, jobject, jlong tensor, jint type, jintArray where) {
  return guarded(env, [&] {
    const auto& from = the<torch::Tensor>(tensor);
    return give(from.to(device(env, where), type < UNKNOWN ? TYPES[type] : from.scalar_type(), false, false));
  });
}
NATIVE(jlong, torchZeros)
(JNIEnv* env, jobject, jlongArray shape, jint type, jint, jintArray where, jboolean) {
  return guarded(env, [&] { return give(torch::zeros(longs(env, shape), options(env, type, where))); });
}
NATIVE(jlong, torchOnes)
(JNIEnv* env, jobject, jlongArray shape, jint type, jint, jintArray where, jboolean) {
  return guarded(env, [&] { return give(torch::ones(longs(env, shape), options(env, type, where))); });
}
NATIVE(jlong, torchEmpty)
(JNIEnv* env, jobject, jlongArray shape, jint type, jint, jintArray where, jboolean) {
  return guarded(env, [&] { return give(torch::empty(longs(env, shape), options(env, type, where))); });
}
// On a CPU the tensor is the buffer's memory, which Java keeps as long; a GPU has a copy.
NATIVE(jlong, torchFromBlob)
(JNIEnv* env, jobject, jobject buffer, jlongArray shape, jint type, jint, jintArray where, jboolean) {
  return guarded(env, [&] {
    const auto host = torch::from_blob(env->GetDirectBufferAddress(buffer), longs(env, shape), TYPES[type]);
    return give(host.to(device(env, where)));
  });
}

NATIVE(jlong, torchCat)(JNIEnv* env, jobject, jlongArray tensors, jlong axis) {
  return guarded(env, [&] { return give(torch::cat(tensorsOf(env, tensors), axis)); });
}
NATIVE(jlong, torchReshape)(JNIEnv* env, jobject, jlong tensor, jlongArray shape) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).reshape(longs(env, shape))); });
}
NATIVE(jlong, torchSub)(JNIEnv* env, jobject, jlong tensor, jlong other) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor) - the<torch::Tensor>(other)); });
}
NATIVE(jlong, torchAbs)(JNIEnv* env, jobject, jlong tensor) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).abs()); });
}
NATIVE(jlong, torchSoftmax)(JNIEnv* env, jobject, jlong tensor, jlong axis, jint type) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).softmax(axis, TYPES[type])); });
}
NATIVE(jlong, torchMax__J)(JNIEnv* env, jobject, jlong tensor) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).max()); });
}
NATIVE(jlong, torchSum__J)(JNIEnv* env, jobject, jlong tensor) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).sum()); });
}
NATIVE(jlong, torchMean__J)(JNIEnv* env, jobject, jlong tensor) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).mean()); });
}
NATIVE(jlong, torchMean__JJZ)(JNIEnv* env, jobject, jlong tensor, jlong axis, jboolean keep) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).mean(axis, keep != JNI_FALSE)); });
}

// What stands between the brackets of tensor[...].
NATIVE(jlong, torchIndexInit)(JNIEnv*, jobject, jint) { return give(Index()); }
NATIVE(void, torchIndexAppendNoneEllipsis)(JNIEnv*, jobject, jlong index, jboolean ellipsis) {
  if (ellipsis) {
    the<Index>(index).emplace_back(torch::indexing::Ellipsis);
  } else {
    the<Index>(index).emplace_back(torch::indexing::None);
  }
}
NATIVE(void, torchIndexAppendSlice)
(JNIEnv*, jobject, jlong index, jlong from, jlong to, jlong step, jint open) {
  using Bound = std::optional<c10::SymInt>;
  const Bound first = open & 2 ? Bound() : Bound(from);
  const Bound last = open & 1 ? Bound() : Bound(to);
  the<Index>(index).emplace_back(torch::indexing::Slice(first, last, c10::SymInt(step)));
}
NATIVE(void, torchIndexAppendFixed)(JNIEnv*, jobject, jlong index, jlong place) {
  the<Index>(index).emplace_back(static_cast<int64_t>(place));
}
NATIVE(void, torchIndexAppendArray)(JNIEnv*, jobject, jlong index, jlong tensor) {
  the<Index>(index).emplace_back(the<torch::Tensor>(tensor));
}
NATIVE(jlong, torchIndexAdvGet)(JNIEnv* env, jobject, jlong tensor, jlong index) {
  return guarded(env, [&] { return give(the<torch::Tensor>(tensor).index(the<Index>(index))); });
}
NATIVE(void, torchDeleteIndex)(JNIEnv*, jobject, jlong handle) { delete &the<Index>(handle); }

NATIVE(void, torchDeleteTensor)(JNIEnv*, jobject, jlong handle) { delete &the<torch::Tensor>(handle); }
NATIVE(void, torchDeleteModule)(JNIEnv*, jobject, jlong handle) { delete &the<Module>(handle); }
NATIVE(void, torchDeleteIValue)(JNIEnv*, jobject, jlong handle) { delete &the<c10::IValue>(handle); }

NATIVE(jlong, moduleLoad__Ljava_io_InputStream_2_3IZ_3BJ)
(JNIEnv* env, jobject, jobject stream, jintArray where, jboolean, jbyteArray buffer, jlong) {
  return guarded(env, [&]() -> jlong {
    const jmethodID read = env->GetMethodID(env->GetObjectClass(stream), "read", "([B)I");
    std::string all;
    for (jint count; (count = env->CallIntMethod(stream, read, buffer)) >= 0;) {
      const size_t before = all.size();
      all.resize(before + count);
      env->GetByteArrayRegion(buffer, 0, count, reinterpret_cast<jbyte*>(&all[before]));
    }
    if (env->ExceptionCheck()) {
      return 0;
    }
    std::istringstream in(all);
    return give(torch::jit::load(in, device(env, where)));
  });
}
NATIVE(jlong, moduleRunMethod)
(JNIEnv* env, jobject, jlong module, jstring name, jlongArray arguments, jboolean, jboolean) {
  return guarded(env, [&] {
    std::vector<c10::IValue> inputs;
    for (const jlong handle : longs(env, arguments)) {
      inputs.push_back(the<c10::IValue>(handle));
    }
    torch::NoGradGuard withoutGradients;
    return give(the<Module>(module).get_method(text(env, name))(std::move(inputs)));
  });
}

NATIVE(jlong, iValueFromTensor)(JNIEnv*, jobject, jlong tensor) { return give(c10::IValue(the<torch::Tensor>(tensor))); }
NATIVE(jlong, iValueFromBool)(JNIEnv*, jobject, jboolean value) { return give(c10::IValue(value != JNI_FALSE)); }
NATIVE(jlong, iValueFromLong)(JNIEnv*, jobject, jlong value) { return give(c10::IValue(static_cast<int64_t>(value))); }
NATIVE(jlong, iValueFromDouble)(JNIEnv*, jobject, jdouble value) { return give(c10::IValue(value)); }
NATIVE(jlong, iValueFromString)(JNIEnv* env, jobject, jstring value) { return give(c10::IValue(text(env, value))); }
NATIVE(jlong, iValueFromLongList)(JNIEnv* env, jobject, jlongArray values) {
  return give(c10::IValue(c10::List<int64_t>(c10::IntArrayRef(longs(env, values)))));
}
NATIVE(jlong, iValueFromDoubleList)(JNIEnv* env, jobject, jdoubleArray values) {
  std::vector<double> copy(env->GetArrayLength(values));
  env->GetDoubleArrayRegion(values, 0, copy.size(), copy.data());
  return give(c10::IValue(c10::List<double>(c10::ArrayRef<double>(copy))));
}
NATIVE(jlong, iValueFromTensorList)(JNIEnv* env, jobject, jlongArray tensors) {
  return give(c10::IValue(tensorsOf(env, tensors)));
}
NATIVE(jlong, iValueToTensor)(JNIEnv* env, jobject, jlong value) {
  return guarded(env, [&] { return give(the<c10::IValue>(value).toTensor()); });
}
NATIVE(jlongArray, iValueToTensorList)(JNIEnv* env, jobject, jlong value) {
  return guarded(env, [&] {
    std::vector<jlong> handles;
    for (const torch::Tensor& tensor : the<c10::IValue>(value).toTensorVector()) {
      handles.push_back(give(tensor));
    }
    return array(env, handles);
  });
}
NATIVE(jboolean, iValueIsTensor)(JNIEnv*, jobject, jlong value) { return the<c10::IValue>(value).isTensor(); }
NATIVE(jboolean, iValueIsTensorList)(JNIEnv*, jobject, jlong value) { return the<c10::IValue>(value).isTensorList(); }
