package io.github.glimpse.examples.benchmark;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a GPU is held to: one line of the page for the machine, or one for each shape. */
enum Criterion {
    DOCTOR("exit status of the doctor", Side.AT_MOST, 0, "", Place.GPU),
    ANSWERS("answers of the embedded model that are not the expected ones", Side.AT_MOST, 0, "", Place.ANY),
    REFUSAL("faults of refusing a GPU that is not there", Side.AT_MOST, 0, "", Place.ANY),
    TIME("the whole check", Side.AT_MOST, 600, "s", Place.GPU),
    LOGITS(
            "first logits of three layers: difference to float32, beside the CPU's in bfloat16",
            Side.AT_MOST,
            2,
            "times",
            Place.ANY),
    DECODING("decoding, share of the copy rate", Side.AT_LEAST, 30, "%", Place.GPU_AT_FULL_SIZE),
    SAMPLING("decoding at top-p 0.9, slower than greedy by", Side.AT_MOST, 3, "%", Place.GPU_AT_FULL_SIZE),
    PREFILL("prefill", Side.AT_LEAST, 300, "TFLOP/s", Place.GPU_AT_FULL_SIZE),
    AFTER_CUT("time after the cut, beside its share of operations", Side.AT_MOST, 1.5, "times", Place.GPU_AT_FULL_SIZE),
    HOST_MEMORY("highest anonymous memory of the host while loading", Side.AT_MOST, 2, "GB", Place.GPU_AT_FULL_SIZE),
    DEVICE_MEMORY("memory of the device beyond weights, keys and values", Side.AT_MOST, 1, "GB", Place.GPU),
    EXHAUSTION("faults when memory runs out in one request", Side.AT_MOST, 0, "", Place.ANY);

    /** The larger model is further away from the cost of launches alone. */
    private static final double DECODING_OF_7B = 60;

    private enum Side {
        AT_LEAST,
        AT_MOST
    }

    /** Where a figure can be held against the threshold. */
    private enum Place {
        ANY,
        GPU,
        GPU_AT_FULL_SIZE
    }

    /** What became of a criterion. */
    enum Verdict {
        OK,
        NOT_OK,
        NOT_MEASURED
    }

    /**
     * What was measured.
     *
     * @param of a shape, or {@link #MACHINE}
     * @param onGpu whether a GPU computed
     * @param fullSize whether shape, pictures and layers are those that the thresholds are for
     */
    record Setting(String of, boolean onGpu, boolean fullSize) {

        static final String MACHINE = "machine";
    }

    /**
     * A criterion with its outcome.
     *
     * @param of a shape, or the machine
     * @param what is held
     * @param threshold in words
     * @param measured null where there is no figure
     * @param unit of both
     * @param why it is so, or what to know
     */
    record Judgement(
            String of,
            Criterion criterion,
            String what,
            String threshold,
            @Nullable Double measured,
            String unit,
            Verdict verdict,
            String why) {}

    private final String what;
    private final Side side;
    private final double limit;
    private final String unit;
    private final Place place;

    Criterion(String what, Side side, double limit, String unit, Place place) {
        this.what = what;
        this.side = side;
        this.limit = limit;
        this.unit = unit;
        this.place = place;
    }

    /** Whether it is about a shape, and not about the machine. */
    boolean ofShape() {
        return compareTo(LOGITS) >= 0;
    }

    /**
     * Holds a figure against the threshold.
     *
     * @param measured the figure, NaN if it came out as none; null if it was not measured
     * @param note what to know of it; the reason, if it was not measured
     */
    Judgement judge(Setting setting, @Nullable Double measured, String note) {
        double threshold = this == DECODING && setting.of().startsWith("7b") ? DECODING_OF_7B : limit;
        String words = String.format(
                        Locale.ROOT, "%s %s %s", side == Side.AT_LEAST ? "at least" : "at most", plain(threshold), unit)
                .strip();
        Verdict verdict = Verdict.NOT_MEASURED;
        String why = note;
        if (measured != null) {
            if (place != Place.ANY && !setting.onGpu()) {
                why = join("measured on a CPU, held against the threshold on a GPU", note);
            } else if (place == Place.GPU_AT_FULL_SIZE && !setting.fullSize()) {
                why = join("not of the size that the threshold is for", note);
            } else {
                // NaN is never right
                boolean holds = side == Side.AT_LEAST ? measured >= threshold : measured <= threshold;
                verdict = holds ? Verdict.OK : Verdict.NOT_OK;
            }
        }
        return new Judgement(setting.of(), this, what, words, measured, unit, verdict, why);
    }

    private static String join(String one, String other) {
        return other.isEmpty() ? one : one + "; " + other;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
