package io.github.glimpse.text.jinja;

import org.jspecify.annotations.Nullable;

/** Check of the names of filters and tests while a template is parsed. */
final class JinjaKnownNames {

    private int conditions;

    /** Inside a condition a filter may be unknown, as in Jinja: it fails only when it is reached. */
    void enterCondition() {
        conditions++;
    }

    void leaveCondition() {
        conditions--;
    }

    void requireFilter(String name, int line) {
        require("filter", name, JinjaFilters.find(name), line);
    }

    void requireTest(String name, int line) {
        require("test", name, JinjaTests.find(name), line);
    }

    private void require(String kind, String name, @Nullable Object found, int line) {
        if (found == null && conditions == 0) {
            throw JinjaParser.syntaxError(line, "No " + kind + " named '" + name + "'");
        }
    }
}
