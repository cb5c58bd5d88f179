package io.github.glimpse.nn;

import java.util.Arrays;
import java.util.Optional;

/** Activations by the names that configurations use. The sums stand in {@code activation.torch}. */
public enum Activation {
    SILU("silu"),
    GELU("gelu"),
    GELU_TANH("gelu_pytorch_tanh"),
    QUICK_GELU("quick_gelu"),
    RELU("relu");

    private final String label;

    Activation(String label) {
        this.label = label;
    }

    /** The name in compute text. */
    public String label() {
        return label;
    }

    /** The activation of a configuration's name, among them the other spellings of the same function. */
    public static Optional<Activation> of(String name) {
        String canonical =
                switch (name) {
                    case "swish" -> "silu";
                    case "gelu_new", "gelu_fast" -> "gelu_pytorch_tanh";
                    case "gelu_python" -> "gelu";
                    default -> name;
                };
        return Arrays.stream(values())
                .filter(activation -> activation.label.equals(canonical))
                .findFirst();
    }

    /** All names, for messages. */
    public static String known() {
        return String.join(", ", Arrays.stream(values()).map(Activation::label).toList());
    }
}
