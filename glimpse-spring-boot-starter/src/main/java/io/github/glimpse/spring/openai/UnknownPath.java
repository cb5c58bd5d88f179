package io.github.glimpse.spring.openai;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Response 404 in the form of OpenAI's errors, for the paths below {@code /v1} that have no handler. It comes before Spring MVC's
 * search for a static file, which opens each jar of the class path.
 */
public final class UnknownPath implements BodylessHandler {

    /** Creates the handler. */
    public UnknownPath() {}

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        JsonResponse.write(
                request,
                response,
                OpenAiException.refused(
                        HttpServletResponse.SC_NOT_FOUND,
                        "unknown_url",
                        "There is no such path; the endpoint has GET " + OpenAiController.MODELS + ", POST "
                                + OpenAiController.CHAT + ", POST " + OpenAiController.RESPONSES
                                + " (responses are not stored) and POST " + OpenAiController.EMBEDDINGS));
    }
}
