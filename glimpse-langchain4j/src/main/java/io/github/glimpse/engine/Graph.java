package io.github.glimpse.engine;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import io.github.glimpse.NativeLibraryException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Compute text, compiled. The text is TorchScript in its stored form; it is joined from the {@code .torch} files of the
 * bricks that a model part needs. A graph has no state, so one graph serves all threads,
 * and {@linkplain CompiledTexts graphs of one text} share what was compiled.
 *
 * <p>A call wraps its arguments, runs one method without gradients, and gives the results to the caller's scope. Results
 * cannot be changed in place from Java; only text may do that.
 */
public final class Graph implements AutoCloseable {

    private final TorchRuntime runtime;
    private final String name;
    private final CompiledTexts.Compiled compiled;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Graph(TorchRuntime runtime, String name, CompiledTexts.Compiled compiled) {
        this.runtime = runtime;
        this.name = name;
        this.compiled = compiled;
    }

    /** Starts a graph with a name for error messages. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** Starts a call of {@code method}. */
    public Call call(String method) {
        return new Call(method);
    }

    /** Starts a call of {@code method} whose results keep their history, for {@link Gradients#backward}. */
    public RecordedCall record(String method) {
        return recorded(method, true);
    }

    /** Starts a call of {@code method} whose results have no history and may be arguments of recorded calls. */
    public RecordedCall constant(String method) {
        return recorded(method, false);
    }

    private RecordedCall recorded(String method, boolean history) {
        runtime.prepareThread();
        return new RecordedCall(compiled.block(), name, method, history);
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            compiled.leave();
        }
    }

    /** Collects the texts of a graph. */
    public static final class Builder {

        private final String name;
        private final GraphText text = new GraphText();

        private Builder(String name) {
            this.name = name;
        }

        /** Adds {@code textName.torch} from beside {@code face}, and the weights that its face declares. */
        public Builder with(Class<?> face, String textName, WeightNames... weights) {
            text.add(face, textName);
            for (WeightNames names : weights) {
                text.declare(names);
            }
            return this;
        }

        /**
         * Compiles the texts, or takes them from an earlier graph of the same texts.
         *
         * @throws ComputeTextException if a text names a weight that no face declares
         * @throws NativeLibraryException if the native library refuses the text: it is not the one this release is made for
         */
        public Graph compile(TorchRuntime runtime) {
            runtime.prepareThread();
            text.add(FewRows.class, runtime.multipliesFewRows() ? "products-by-library" : "products-by-onednn");
            text.add(FewRows.class, runtime.multipliesRows() ? "rows-by-library" : "rows-by-text");
            text.fact("onednn_float32", runtime.onednnFloat32())
                    .fact("packs_bfloat16", runtime.packsBfloat16())
                    .fact("multiplies_tiles", runtime.multipliesTiles())
                    .fact("widen_from", runtime.widenFromRows())
                    .fact("widens", runtime.widenFromRows() < Long.MAX_VALUE)
                    .fact("block_float32", runtime.promptBlock(Dtype.FLOAT32))
                    .fact("block_bfloat16", runtime.promptBlock(Dtype.BFLOAT16));
            TorchRuntime.archive(name, text);
            try {
                return new Graph(runtime, name, runtime.compiled(text));
            } catch (EngineException e) {
                throw new NativeLibraryException(
                        "The native library does not accept the compute text '" + name + "'; use libtorch "
                                + TorchRuntime.LIBTORCH_VERSION,
                        e);
            }
        }
    }

    /**
     * Whether a call may be made again that failed for want of memory. One that returns something may: its text changes what it
     * was given as the last thing it does, or writes the same again.
     */
    private enum Repeat {
        MAY_BE,
        MUST_NOT_BE
    }

    /** One call: arguments in the method's order, then one of the {@code run} methods. Not reusable. */
    public final class Call {

        private final String method;
        // Made native when the call is: what is built and never run holds nothing.
        private final List<Function<List<IValue>, IValue>> arguments = new ArrayList<>();

        private Call(String method) {
            this.method = method;
        }

        /** A tensor argument. */
        public Call with(NDArray tensor) {
            return own(() -> IValue.from((PtNDArray) tensor));
        }

        /** A {@code List[Tensor]} argument that was bundled before. */
        public Call with(TensorList tensors) {
            arguments.add(temporary -> {
                IValue settled = tensors.settled();
                return settled == null ? added(tensors.now(), temporary) : settled;
            });
            return this;
        }

        /** A {@code List[Tensor]} argument that is bundled for this call only. */
        public Call with(List<NDArray> tensors) {
            return own(() ->
                    IValue.listFrom(tensors.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new)));
        }

        /** An {@code int} argument. */
        public Call with(long number) {
            return own(() -> IValue.from(number));
        }

        /** A {@code float} argument. */
        public Call with(double number) {
            return own(() -> IValue.from(number));
        }

        /** A {@code bool} argument. */
        public Call with(boolean flag) {
            return own(() -> IValue.from(flag));
        }

        /** A {@code str} argument. */
        public Call with(String text) {
            return own(() -> IValue.from(text));
        }

        /** A {@code List[int]} argument. */
        public Call with(long[] numbers) {
            return own(() -> IValue.listFrom(numbers));
        }

        /** Runs a method that returns one tensor; the result belongs to {@code scope}. */
        public NDArray run(TensorScope scope) {
            try (IValue result = invoke(Repeat.MAY_BE)) {
                return result.toTensor(scope.torchManager());
            }
        }

        /** Runs a method that returns a list of tensors; the results belong to {@code scope}. */
        public List<NDArray> runForList(TensorScope scope) {
            try (IValue result = invoke(Repeat.MAY_BE)) {
                return List.<NDArray>of(result.toTensorArray(scope.torchManager()));
            }
        }

        /** Runs a method for its effect; its result, if any, is freed. */
        public void run() {
            // What it was called for may have happened by half.
            invoke(Repeat.MUST_NOT_BE).close();
        }

        private Call own(Supplier<IValue> argument) {
            arguments.add(temporary -> added(argument.get(), temporary));
            return this;
        }

        private static IValue added(IValue value, List<IValue> temporary) {
            temporary.add(value);
            return value;
        }

        private IValue invoke(Repeat repeat) {
            runtime.prepareThread();
            String call = name + "." + method;
            List<IValue> temporary = new ArrayList<>(arguments.size());
            try {
                IValue[] values = arguments.stream()
                        .map(argument -> argument.apply(temporary))
                        .toArray(IValue[]::new);
                Supplier<IValue> work = () -> IValueUtils.runMethod(compiled.block(), method, values);
                return repeat == Repeat.MAY_BE ? NativeCall.repeatable(call, work) : NativeCall.once(call, work);
            } finally {
                temporary.forEach(IValue::close);
            }
        }
    }
}
