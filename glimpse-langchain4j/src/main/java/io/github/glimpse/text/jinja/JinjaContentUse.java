package io.github.glimpse.text.jinja;

import io.github.glimpse.text.jinja.JinjaTemplate.ContentForm;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a template does with the content of messages, learned while it is parsed, and which names it may use.
 *
 * <p>Templates want the content as a string, as a list of parts, or take both. A list that is printed gives Python's
 * notation in the prompt, and a string that is looped over gives nothing, so whoever renders has to know.
 */
final class JinjaContentUse {

    private static final String CONTENT = "content";
    private static final String TOOLS = "tools";

    private final Set<String> aliases = new HashSet<>(Set.of(CONTENT));
    private boolean loopsOverContent;
    private boolean asksForString;
    private boolean readsTools;
    private int conditions;

    ContentForm form() {
        return !loopsOverContent ? ContentForm.STRING : asksForString ? ContentForm.BOTH : ContentForm.PARTS;
    }

    /** Whether the template reads the variable {@code tools}. */
    boolean readsTools() {
        return readsTools;
    }

    void read(String name) {
        readsTools |= name.equals(TOOLS);
    }

    void looped(JinjaExpression iterable) {
        loopsOverContent |= isContent(iterable);
    }

    void tested(JinjaExpression operand, String test) {
        asksForString |= test.equals("string") && isContent(operand);
    }

    void assigned(JinjaStatements.Target target, JinjaExpression value) {
        if (target instanceof JinjaStatements.NameTarget name && isContent(value)) {
            aliases.add(name.name());
        }
    }

    private boolean isContent(JinjaExpression expression) {
        if (expression instanceof JinjaExpressions.Filter filter) {
            return isContent(filter.operand());
        }
        if (expression instanceof JinjaExpressions.Slice slice) {
            return isContent(slice.owner());
        }
        if (expression instanceof JinjaExpressions.Conditional conditional) {
            return isContent(conditional.then())
                    || (conditional.otherwise() != null && isContent(conditional.otherwise()));
        }
        if (expression instanceof JinjaExpressions.Or or) {
            return isContent(or.left());
        }
        if (expression instanceof JinjaExpressions.Attribute attribute) {
            return attribute.name().equals(CONTENT);
        }
        if (expression instanceof JinjaExpressions.Item item) {
            return item.key() instanceof JinjaExpressions.Literal literal
                    && List.<Object>of(CONTENT).contains(literal.value());
        }
        return expression instanceof JinjaExpressions.Name name && aliases.contains(name.name());
    }

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
