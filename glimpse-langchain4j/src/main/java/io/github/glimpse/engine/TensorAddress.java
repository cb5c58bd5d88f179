package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.github.glimpse.NativeLibraryException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where a tensor's numbers lie, which DJL knows and does not tell: on a GPU an address of its memory, never to be read here. */
final class TensorAddress {

    private static final String OWNER = "ai.djl.pytorch.jni.PyTorchLibrary";

    // A buffer over the numbers, wherever they lie; nothing looks at it.
    private static volatile @Nullable MethodHandle buffer;

    private TensorAddress() {}

    /**
     * The address of a tensor of at most 2 GB whose numbers lie side by side.
     *
     * @throws NativeLibraryException if DJL is another one than this release is made for
     */
    static long of(NDArray tensor) {
        try {
            MethodHandle handle = buffer;
            if (handle == null) {
                handle = find();
                buffer = handle;
            }
            ByteBuffer over =
                    (ByteBuffer) handle.invoke(((PtNDArray) tensor).getHandle().longValue());
            return Pointer.nativeValue(Native.getDirectBufferPointer(over));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new NativeLibraryException(
                    "DJL does not tell where a tensor lies; use DJL " + TorchRuntime.DJL_VERSION, e);
        }
    }

    private static MethodHandle find() throws Throwable {
        Class<?> owner = Class.forName(OWNER);
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(owner, MethodHandles.lookup());
        Object library = lookup.findStaticGetter(owner, "LIB", owner).invoke();
        return lookup.findVirtual(owner, "torchDirectByteBuffer", MethodType.methodType(ByteBuffer.class, long.class))
                .bindTo(library);
    }
}
