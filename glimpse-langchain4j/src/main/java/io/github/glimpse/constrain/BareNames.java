package io.github.glimpse.constrain;

import java.util.Collection;
import java.util.regex.Pattern;

/** Names of tools and parameters in formats that write them without quotes. */
final class BareNames {

    private static final Pattern WRITABLE = Pattern.compile("[^\\s<>{}()\\[\\],:=\"']+");

    /** Names that no schema lists, written as models write them. */
    private static final TextPattern OTHER = TextPatternReader.read("[A-Za-z_][A-Za-z0-9_.-]*");

    private BareNames() {}

    /**
     * The name.
     *
     * @throws InvalidConstraintException if it could not be told from what surrounds it
     */
    static String checked(String name) {
        if (!WRITABLE.matcher(name).matches()) {
            throw new InvalidConstraintException("The name '" + name + "' has blanks, brackets or other characters that"
                    + " end a name in the model's format of tool calls; rename it");
        }
        return name;
    }

    /** Adds a name that is not listed, and gives the state after it. */
    static int addOther(GrammarBuilder grammar, int from, Collection<String> listed) {
        TextAutomaton names = PatternCompiler.whole(OTHER, grammar.work())
                .minus(TextAutomaton.words(listed, grammar.work()), grammar.work());
        int to = grammar.state();
        TextSpelling.plain(grammar).add(names, from, to);
        return to;
    }
}
