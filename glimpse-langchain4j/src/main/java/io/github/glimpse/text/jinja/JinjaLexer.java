package io.github.glimpse.text.jinja;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.text.jinja.JinjaToken.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens and takes blanks away as chat templates want it: a line end after a statement or comment
 * goes ({@code trim_blocks}), blanks between the start of a line and a statement go ({@code lstrip_blocks}), a minus
 * takes all blanks on its side, a plus keeps them.
 */
final class JinjaLexer {

    private static final Pattern RAW_BEGIN = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%\\}\\s*|%\\})");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}\\s*|%\\}\\n?)");

    /** A number behind a dot is an index, never a float. */
    private static final Pattern TOKEN =
            Pattern.compile("(?<float>(?<!\\.)[0-9][0-9_]*(?:\\.[0-9][0-9_]*(?:[eE][-+]?[0-9]"
                    + "[0-9_]*)?|[eE][-+]?[0-9][0-9_]*))|(?<integer>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|0[0_]*|[1-9][0-9_]*)"
                    + "|(?<name>[\\p{L}\\p{Nd}\\p{Mn}\\p{Mc}_]+)|//|\\*\\*|[=!<>]=|[-+/*%~\\[\\](){}><=.:|,;]");

    private final String source;
    private final List<JinjaToken> tokens = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private int position;
    private int line = 1;
    private boolean lineStarts = true;

    private JinjaLexer(String source) {
        String unified = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = unified.endsWith("\n") ? unified.substring(0, unified.length() - 1) : unified;
    }

    /**
     * All tokens; the last is of kind END.
     *
     * @throws ModelFilesException if the template is not well formed, with the line
     */
    static List<JinjaToken> tokens(String source) {
        JinjaLexer lexer = new JinjaLexer(source);
        lexer.readText();
        lexer.add(Kind.END, "");
        return lexer.tokens;
    }

    private ModelFilesException error(String message) {
        return JinjaParser.syntaxError(line, message);
    }

    private void add(Kind kind, String text) {
        tokens.add(new JinjaToken(kind, text, line));
    }

    private void readText() {
        while (position < source.length()) {
            int begin = nextTag(position);
            if (begin < 0) {
                add(Kind.DATA, source.substring(position));
                position = source.length();
                return;
            }
            Matcher raw = RAW_BEGIN.matcher(source).region(begin, source.length());
            boolean isRaw = raw.lookingAt();
            char kind = source.charAt(begin + 1);
            char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
            addText(source.substring(position, begin), sign, kind == '{');
            if (isRaw) {
                moveTo(raw.end());
                readRaw();
                continue;
            }
            moveTo(begin + (sign == '-' || sign == '+' ? 3 : 2));
            switch (kind) {
                case '#' -> skipComment();
                case '{' -> readTag(Kind.OUTPUT_BEGIN, Kind.OUTPUT_END, "}}");
                default -> readTag(Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}");
            }
        }
    }

    private int nextTag(int from) {
        for (int at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
            if (at + 1 < source.length() && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
                return at;
            }
        }
        return -1;
    }

    /** Steps on and counts lines. */
    private void moveTo(int end) {
        for (int index = position; index < end; index++) {
            line += source.charAt(index) == '\n' ? 1 : 0;
        }
        lineStarts = end > 0 && source.charAt(end - 1) == '\n';
        position = end;
    }

    /** Text before a tag, without the blanks that the tag takes away. */
    private void addText(String text, char sign, boolean isOutput) {
        String kept = text;
        if (sign == '-') {
            kept = PythonSpace.stripRight(text, PythonSpace::isSpace);
        } else if (sign != '+' && !isOutput) {
            int lineStart = text.lastIndexOf('\n') + 1;
            boolean blank = PythonSpace.strip(text.substring(lineStart)).isEmpty();
            kept = (lineStart > 0 || lineStarts) && blank ? text.substring(0, lineStart) : text;
        }
        if (!kept.isEmpty()) {
            add(Kind.DATA, kept);
        }
        moveTo(position + text.length());
    }

    private void readRaw() {
        Matcher end = RAW_END.matcher(source);
        for (int at = source.indexOf("{%", position); at >= 0; at = source.indexOf("{%", at + 1)) {
            if (end.region(at, source.length()).lookingAt()) {
                String sign = end.group(1);
                addText(source.substring(position, at), sign.isEmpty() ? ' ' : sign.charAt(0), false);
                moveTo(end.end());
                return;
            }
        }
        throw error("Missing end of raw directive");
    }

    private void skipComment() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw error("Missing end of comment tag");
        }
        char sign = end > position ? source.charAt(end - 1) : ' ';
        moveTo(afterTag(end + 2, sign, true));
    }

    /** Where the text goes on after a tag's end: after a trimmed line end, or after all blanks. */
    private int afterTag(int end, char sign, boolean trimsLineEnd) {
        int next = end;
        if (sign == '-') {
            while (next < source.length() && PythonSpace.isSpace(source.charAt(next))) {
                next++;
            }
        } else if (sign != '+' && trimsLineEnd && source.startsWith("\n", next)) {
            next++;
        }
        return next;
    }

    private void readTag(Kind begin, Kind end, String closing) {
        add(begin, "");
        while (true) {
            skipSpace();
            if (position >= source.length()) {
                throw error("unexpected end of template inside a tag");
            }
            if (open.isEmpty() && closes(end, closing)) {
                return;
            }
            readToken();
        }
    }

    private boolean closes(Kind end, String closing) {
        char sign = source.charAt(position);
        boolean signed = sign == '-' || (sign == '+' && end == Kind.BLOCK_END);
        if (!source.startsWith(closing, signed ? position + 1 : position)) {
            return false;
        }
        add(end, "");
        int tagEnd = position + closing.length() + (signed ? 1 : 0);
        moveTo(afterTag(tagEnd, signed ? sign : ' ', end == Kind.BLOCK_END));
        return true;
    }

    private void skipSpace() {
        int next = position;
        while (next < source.length() && PythonSpace.isSpace(source.charAt(next))) {
            next++;
        }
        moveTo(next);
    }

    private void readToken() {
        char first = source.charAt(position);
        if (first == '\'' || first == '"') {
            readString(first);
            return;
        }
        Matcher token = TOKEN.matcher(source).region(position, source.length()).useTransparentBounds(true);
        if (!token.lookingAt()) {
            throw error("unexpected char '" + Character.toString(source.codePointAt(position)) + "'");
        }
        Kind kind = token.group("float") != null
                ? Kind.FLOAT
                : token.group("integer") != null
                        ? Kind.INTEGER
                        : token.group("name") != null ? Kind.NAME : Kind.OPERATOR;
        if (kind == Kind.OPERATOR) {
            balance(first);
        }
        add(kind, token.group());
        moveTo(token.end());
    }

    private void readString(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw error("unexpected char " + quote + ": the string has no end");
        }
        add(Kind.STRING, JinjaLiterals.unescape(source.substring(position + 1, end), line));
        moveTo(end + 1);
    }

    private void balance(char bracket) {
        int opened = "([{".indexOf(bracket);
        if (opened >= 0) {
            open.push(")]}".charAt(opened));
        } else if (")]}".indexOf(bracket) >= 0 && (open.isEmpty() || open.pop() != bracket)) {
            throw error("unexpected '" + bracket + "'");
        }
    }
}
