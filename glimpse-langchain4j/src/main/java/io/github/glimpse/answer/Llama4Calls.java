package io.github.glimpse.answer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Incremental reader of calls as Llama 4 writes them: JSON objects one after the other, or a Python list. */
final class Llama4Calls {

    private final List<@Nullable JsonCall> calls = new ArrayList<>();
    private @Nullable ValueReader object;
    private @Nullable PythonCalls list;
    private boolean hasList;
    private boolean isStarted;
    private boolean isFailed;

    /** Whether anything but blanks came. */
    boolean isStarted() {
        return isStarted;
    }

    boolean isFailed() {
        return isFailed;
    }

    /** Whether all that came is complete calls. */
    boolean isComplete() {
        return !isFailed && object == null && (hasList || !calls.isEmpty());
    }

    /** The calls; null for an object that describes none. */
    List<@Nullable JsonCall> calls() {
        return calls;
    }

    /** Takes the next character, unless an earlier one failed. */
    void take(char unit) {
        if (isFailed || (object == null && list == null && Blanks.isBlank(unit))) {
            return;
        }
        isStarted = true;
        if (object == null && list == null) {
            object = unit == '{' && !hasList ? ValueReader.ofMembers() : null;
            list = unit == '[' && calls.isEmpty() ? new PythonCalls() : null;
        }
        if (object != null) {
            Step step = object.take(unit);
            isFailed = step != Step.MORE && step != Step.DONE;
            if (step == Step.DONE) {
                calls.add(JsonCall.ofParameters(object));
                object = null;
            }
        } else if (list != null) {
            Step step = list.take(unit);
            isFailed = step != Step.MORE && step != Step.DONE;
            if (step == Step.DONE) {
                hasList = true;
                calls.addAll(list.calls());
                list = null;
            }
        } else {
            isFailed = true;
        }
    }
}
