package io.github.glimpse.generate;

import io.github.glimpse.answer.ToolsLeftOut;
import io.github.glimpse.generate.ToolOffer.Withheld;
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
 * @param leftOut tools of the request that were not offered
 * @param masked whether a mask allowed only calls of the offered tools with valid arguments, in the model's format
 */
public record ToolReport(
        ToolForm form,
        int given,
        @Nullable Withheld withheld,
        int askedAgain,
        List<String> unlisted,
        ToolsLeftOut leftOut,
        boolean masked) {

    /** Of a request without tools. */
    public static final ToolReport NONE = new ToolReport(ToolForm.OFF, 0, null, 0, List.of(), ToolsLeftOut.NONE, false);

    /** Copies the lists. */
    public ToolReport {
        unlisted = List.copyOf(unlisted);
    }

    /** Names of the tools that were not offered because the model was not trained to call them. */
    public List<String> untrained() {
        return leftOut.untrained();
    }

    /** Names of the tools that were not offered because they do not fit the context. */
    public List<String> dropped() {
        return leftOut.dropped();
    }

    ToolReport with(List<String> unlistedNames, boolean isMasked) {
        return new ToolReport(form, given, withheld, askedAgain, unlistedNames, leftOut, isMasked);
    }

    ToolReport askedAgain(int times) {
        return new ToolReport(form, given, withheld, times, unlisted, leftOut, masked);
    }

    /** Tools that the answer might call. */
    public int offered() {
        return withheld == null ? given - leftOut.size() : 0;
    }

    /** Tools that it might not call. */
    public int ignored() {
        return given - offered();
    }
}
