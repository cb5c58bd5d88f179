package io.github.glimpse.generate;

import io.github.glimpse.generate.ToolOffer.Withheld;
import io.github.glimpse.model.ModelTraining;
import io.github.glimpse.text.ToolForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request's tools.
 *
 * @param form how they came into the prompt
 * @param given tools of the request
 * @param withheld why none of them was offered; null if they were, or if there was none
 * @param askedAgain how often the turn was answered again with less pruning, since a call was made from image tokens that were
 *     chosen with too little confidence
 * @param unlisted names of tools in the answer that the request does not list; their blocks are text
 * @param untrained names of the tools that were not offered because the model was not trained to call them, see
 *     {@link ModelTraining}
 * @param dropped names of the tools that were not offered because they do not fit the context, see {@code glimpse.tools.overflow}
 */
public record ToolReport(
        ToolForm form,
        int given,
        @Nullable Withheld withheld,
        int askedAgain,
        List<String> unlisted,
        List<String> untrained,
        List<String> dropped) {

    /** Of a request without tools. */
    public static final ToolReport NONE = new ToolReport(ToolForm.OFF, 0, null, 0, List.of(), List.of(), List.of());

    /** Copies the lists. */
    public ToolReport {
        unlisted = List.copyOf(unlisted);
        untrained = List.copyOf(untrained);
        dropped = List.copyOf(dropped);
    }

    ToolReport withUnlisted(List<String> names) {
        return new ToolReport(form, given, withheld, askedAgain, names, untrained, dropped);
    }

    ToolReport askedAgain(int times) {
        return new ToolReport(form, given, withheld, times, unlisted, untrained, dropped);
    }

    /** Tools that the answer might call. */
    public int offered() {
        return withheld == null ? given - untrained.size() - dropped.size() : 0;
    }

    /** Tools that it might not call. */
    public int ignored() {
        return given - offered();
    }
}
