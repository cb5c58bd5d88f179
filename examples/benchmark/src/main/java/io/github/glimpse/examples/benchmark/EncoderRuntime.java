package io.github.glimpse.examples.benchmark;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.model.LoadOptions;
import java.util.Arrays;

/** How a turn's model is loaded. */
final class EncoderRuntime {

    private EncoderRuntime() {}

    static RuntimeOptions of(Turn turn) {
        return new RuntimeOptions(
                "cpu", turn.threads(), RuntimeOptions.defaults().nativeDownload());
    }

    static LoadOptions load(Turn turn) {
        Dtype dtype = Arrays.stream(Dtype.values())
                .filter(type -> type.label().equals(turn.dtype()))
                .findFirst()
                .orElseThrow();
        return LoadOptions.builder().dtype(dtype).build();
    }
}
