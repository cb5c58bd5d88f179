package io.github.glimpse.eval;

import java.util.List;

/** Text for HTML and SVG. Everything that is not written here stands in the data or comes from a model, so all of it is escaped. */
final class Markup {

    private static final int LONGEST = 2_000;

    private Markup() {}

    /** A row of a table. */
    static String row(List<String> cells) {
        StringBuilder row = new StringBuilder("<tr>");
        cells.forEach(cell -> row.append("<td>").append(escape(cell)).append("</td>"));
        return row.append("</tr>\n").toString();
    }

    /** The text, at most {@value #LONGEST} characters of it, safe within elements and quoted attributes. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder();
        int end = Math.min(text.length(), LONGEST);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char letter = text.charAt(i);
            switch (letter) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(Character.isISOControl(letter) && letter != '\n' ? '\uFFFD' : letter);
            }
        }
        return text.length() > LONGEST ? safe.append('\u2026').toString() : safe.toString();
    }
}
