package io.github.glimpse.generate;

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
 */
public record ToolReport(ToolForm form, int given, @Nullable Withheld withheld, int askedAgain, List<String> unlisted) {

    /** Of a request without tools. */
    public static final ToolReport NONE = new ToolReport(ToolForm.OFF, 0, null, 0);

    /** Copies the list. */
    public ToolReport {
        unlisted = List.copyOf(unlisted);
    }

    /** Without names that the request does not list. */
    public ToolReport(ToolForm form, int given, @Nullable Withheld withheld, int askedAgain) {
        this(form, given, withheld, askedAgain, List.of());
    }

    ToolReport withUnlisted(List<String> names) {
        return new ToolReport(form, given, withheld, askedAgain, names);
    }

    ToolReport askedAgain(int times) {
        return new ToolReport(form, given, withheld, times, unlisted);
    }

    /** Tools that the answer might call. */
    public int offered() {
        return withheld == null ? given : 0;
    }

    /** Tools that it might not call. */
    public int ignored() {
        return given - offered();
    }
}
