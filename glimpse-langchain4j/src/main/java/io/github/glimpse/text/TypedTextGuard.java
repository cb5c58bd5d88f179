package io.github.glimpse.text;

import io.github.glimpse.text.jinja.JinjaTemplate;
import io.github.glimpse.text.jinja.PythonSpace;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps typed text from becoming special tokens.
 *
 * <p>A mark, a Unicode noncharacter that no text may hold, goes behind the first character of whatever could become one
 * of the guarded tokens. It survives the chat template; the tokenizer looks for special tokens in the text with its
 * marks, then its normaliser takes them out, so what was typed is cut into tokens as if the special ones did not exist.
 * A mark therefore changes no id by itself, and can be set generously: behind <em>every</em> {@code <} where the tokens
 * begin with one. So it does not help to hide a token in two messages, in another case, or around something that the
 * template takes out.
 *
 * <p>Immutable, safe for concurrent use.
 */
final class TypedTextGuard {

    /** The mark. Text that comes from outside loses any that it has. */
    static final char MARK = JinjaTemplate.MARK;

    private final List<String> guarded;
    private final List<String> ordinary;
    private final Set<Integer> firstSymbols = new HashSet<>();
    private final Set<Integer> firstLetters = new HashSet<>();

    /**
     * @param guarded  contents of the tokens that must not be typed
     * @param ordinary contents of tokens that are looked for in the text with its marks and may be typed
     */
    TypedTextGuard(List<String> guarded, List<String> ordinary) {
        this.guarded = guarded.stream().map(TypedTextGuard::fold).toList();
        this.ordinary = List.copyOf(ordinary);
        for (String token : this.guarded) {
            int first = token.codePointAt(0);
            boolean letter = Character.isLetterOrDigit(first) || Character.isWhitespace(first);
            (letter ? firstLetters : firstSymbols).add(first);
        }
    }

    private static String fold(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String unguard(String text) {
        return text.indexOf(MARK) < 0 ? text : text.replace(String.valueOf(MARK), "");
    }

    String guard(String typed) {
        String text = unguard(typed);
        int start = firstVisible(text);
        int end = PythonSpace.stripRight(text, PythonSpace::isSpace).length();
        if (guarded.isEmpty() || start >= end) {
            return text;
        }
        StringBuilder marked = new StringBuilder(text.length() + 16);
        marked.append(text, 0, start);
        if (mayContinueToken(text.substring(start, end))) {
            marked.append(MARK);
        }
        for (int index = start; index < text.length(); ) {
            int next = index + Character.charCount(text.codePointAt(index));
            marked.append(text, index, next);
            if (needsMark(text, index, next, end)) {
                marked.append(MARK);
            }
            index = next;
        }
        return marked.toString();
    }

    private static int firstVisible(String text) {
        return text.length() - PythonSpace.stripLeft(text, PythonSpace::isSpace).length();
    }

    private boolean needsMark(String text, int index, int next, int end) {
        int first = Character.toLowerCase(text.codePointAt(index));
        if (firstSymbols.contains(first)) {
            return !isInsideOrdinary(text, index, next) || mayStartToken(text, index, end);
        }
        return firstLetters.contains(first) && mayStartToken(text, index, end);
    }

    /** Whether a token begins here, or the rest of the text is the beginning of one that what follows could complete. */
    private boolean mayStartToken(String text, int index, int end) {
        for (String token : guarded) {
            int length = Math.min(token.length(), Math.max(end - index, 1));
            if (text.regionMatches(true, index, token, 0, length)) {
                return true;
            }
        }
        return false;
    }

    /** Whether what stands before the text could be the beginning of a token that the text goes on with. */
    private boolean mayContinueToken(String text) {
        for (String token : guarded) {
            for (int split = 1; split < token.length(); split++) {
                int length = Math.min(text.length(), token.length() - split);
                if (text.regionMatches(true, 0, token, split, length)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a mark here would tear an ordinary token apart. */
    private boolean isInsideOrdinary(String text, int index, int next) {
        for (String token : ordinary) {
            int from = Math.max(0, next - token.length() + 1);
            for (int start = from; start <= index; start++) {
                if (start + token.length() > next && text.startsWith(token, start)) {
                    return true;
                }
            }
        }
        return false;
    }
}
