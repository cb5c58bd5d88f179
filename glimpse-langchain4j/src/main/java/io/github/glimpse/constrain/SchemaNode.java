package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.constrain.JsonGrammar.Bound;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One schema as it is written, without what it refers to. Filled by {@link SchemaReader}, then only read. */
final class SchemaNode {

    /** Kinds of values. An integer is a number too, but not the other way round. */
    enum Kind {
        NULL,
        BOOLEAN,
        INTEGER,
        NUMBER,
        STRING,
        ARRAY,
        OBJECT
    }

    /** Tells nodes apart, in the order in which they were read. */
    final int number;

    /** Where it stands, such as {@code #/properties/a}. */
    final String pointer;

    /** The schema {@code false}. */
    boolean never;

    Set<Kind> kinds = EnumSet.complementOf(EnumSet.of(Kind.INTEGER));
    final Map<String, SchemaNode> properties = new LinkedHashMap<>();
    boolean listsProperties;
    final Set<String> required = new LinkedHashSet<>();

    @Nullable
    SchemaNode additional;

    @Nullable
    SchemaNode items;

    final List<SchemaNode> prefixItems = new ArrayList<>();
    int minItems;
    int maxItems = TextPattern.UNLIMITED;
    int minLength;
    int maxLength = TextPattern.UNLIMITED;

    /** Contents of a string that {@code pattern} and {@code format} ask for. */
    final List<TextAutomaton> texts = new ArrayList<>();

    @Nullable
    Bound least;

    @Nullable
    Bound most;

    /** What {@code enum} and {@code const} ask for; null if neither does. */
    @Nullable
    List<JsonNode> values;

    final List<SchemaNode> allOf = new ArrayList<>();

    /** One of each list holds. */
    final List<List<SchemaNode>> choices = new ArrayList<>();

    /** Of those, lists of which only one may hold. */
    @Nullable
    List<SchemaNode> oneOf;

    @Nullable
    String reference;

    SchemaNode(int number, String pointer) {
        this.number = number;
        this.pointer = pointer;
    }
}
