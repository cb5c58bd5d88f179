package io.github.glimpse.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a chat template reads and writes, found by rendering probes when a model is loaded.
 *
 * @param forms form of the content by role
 * @param developer whether the template knows the role {@code developer}
 * @param writesTools whether tools reach the prompt
 * @param writesCalls whether calls of earlier answers reach it
 * @param image placeholder of an image; null if images do not reach the prompt
 * @param video placeholder of a video; null if videos do not reach it
 * @param imagesInResults whether images of tool results reach it
 * @param thoughtEnds closing tags of thoughts that the template knows
 * @param variables names that it reads besides those that every rendering sets
 * @param format format of tool calls by its name; null if no reader knows it
 */
record TemplateProfile(
        Map<String, ContentForm> forms,
        boolean developer,
        boolean writesTools,
        boolean writesCalls,
        @Nullable String image,
        @Nullable String video,
        boolean imagesInResults,
        List<String> thoughtEnds,
        Set<String> variables,
        @Nullable String format) {

    TemplateProfile {
        forms = Map.copyOf(forms);
        thoughtEnds = List.copyOf(thoughtEnds);
        variables = Set.copyOf(variables);
    }

    /** The form of a role's content; roles that were not probed have that of the system message. */
    ContentForm form(String role) {
        ContentForm form = forms.getOrDefault(role, ContentForm.NONE);
        ContentForm system = forms.getOrDefault(TemplateMessage.SYSTEM, ContentForm.NONE);
        if (form == ContentForm.NONE) {
            form = system;
        }
        return form == ContentForm.NONE ? forms.getOrDefault(TemplateMessage.USER, ContentForm.BOTH) : form;
    }

    /** The format in which the model writes tool calls. */
    Optional<String> toolFormat() {
        return Optional.ofNullable(format);
    }
}
