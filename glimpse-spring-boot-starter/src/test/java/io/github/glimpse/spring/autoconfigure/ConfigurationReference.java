package io.github.glimpse.spring.autoconfigure;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Makes docs/guide/configuration.md of the configuration metadata, which IDEs show too. */
final class ConfigurationReference {

    private static final String INTRODUCTION = """
            # Configuration reference

            <!-- Made from the configuration metadata; ConfigurationReferenceTest compares them and says how to make it anew. -->

            Every property of the starter, as `spring-configuration-metadata.json` describes it. A property without a default is left to the model, its
            pruning module or the library, as its description says. Durations take `5s` or `PT5S`, sizes `20MB`; a
            wrong value stops the start and is named. [spring.md](spring.md) explains what they do together.
            """;

    private final JsonNode metadata;

    ConfigurationReference(JsonNode metadata) {
        this.metadata = metadata;
    }

    /** The page. */
    String markdown() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        tables().forEach((group, properties) -> {
            page.append("\n## ").append(group).append("\n\n");
            page.append("| property | type | default | what it sets |\n|---|---|---|---|\n");
            properties.forEach(property -> page.append(row(property)));
            properties.forEach(property -> page.append(values(property)));
        });
        return page.toString();
    }

    /** Names of all properties. */
    List<String> names() {
        return properties().stream().map(ConfigurationReference::name).toList();
    }

    private List<JsonNode> properties() {
        return StreamSupport.stream(metadata.path("properties").spliterator(), false)
                .sorted(Comparator.comparing(ConfigurationReference::name))
                .toList();
    }

    /** By the part of the name that groups them: {@code glimpse.pruning}; those with a single one stand first, together. */
    private Map<String, List<JsonNode>> tables() {
        Map<String, List<JsonNode>> byGroup = new TreeMap<>();
        properties().forEach(property -> byGroup.computeIfAbsent(group(name(property)), group -> new ArrayList<>())
                .add(property));
        Map<String, List<JsonNode>> tables = new LinkedHashMap<>();
        tables.put("glimpse", byGroup.remove("glimpse"));
        tables.putAll(byGroup);
        return tables;
    }

    private static String group(String name) {
        int end = name.lastIndexOf('.');
        String group = name.substring(0, end);
        return group.startsWith("management.") ? "management" : group;
    }

    private static String name(JsonNode property) {
        return property.path("name").asText();
    }

    private String row(JsonNode property) {
        String deprecated = property.has("deprecation")
                ? "Deprecated; use `"
                        + property.path("deprecation").path("replacement").asText() + "`. "
                : "";
        return "| `" + name(property) + "` | " + type(property) + " | " + standard(property) + " | " + deprecated
                + property.path("description").asText().replace("|", "\\|") + " |\n";
    }

    /** What the hints say of the values. */
    private String values(JsonNode property) {
        List<String> values = new ArrayList<>();
        metadata.path("hints").forEach(hint -> {
            if (hint.path("name").asText().equals(name(property))) {
                hint.path("values")
                        .forEach(value -> values.add("- `" + value.path("value").asText() + "`: "
                                + value.path("description").asText()));
            }
        });
        return values.isEmpty()
                ? ""
                : "\nValues of `" + name(property) + "`:\n\n"
                        + values.stream().collect(Collectors.joining("\n", "", "\n"));
    }

    private static String standard(JsonNode property) {
        JsonNode value = property.path("defaultValue");
        if (value.isMissingNode() || (value.isArray() && value.isEmpty())) {
            return value.isArray() ? "empty" : "";
        }
        return "`" + value.asText() + "`";
    }

    /** The simple names of a type: {@code List<Step>}. */
    private static String type(JsonNode property) {
        String simple = property.path("type").asText().replaceAll("[a-zA-Z0-9_.]+[.$]", "");
        return "`" + simple + "`";
    }
}
