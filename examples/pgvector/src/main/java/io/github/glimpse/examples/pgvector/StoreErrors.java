package io.github.glimpse.examples.pgvector;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RetriableException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with a database, and whether trying again may help. */
final class StoreErrors {

    private static final String CONNECTION = "08";
    private static final String SHUTDOWN = "57P";
    private static final String LOGIN = "28";
    private static final String UNDEFINED_FILE = "58P01";
    private static final String NOT_SUPPORTED = "0A000";

    private final String place;

    StoreErrors(String url) {
        // what follows may hold a password
        place = url.split("\\?", 2)[0];
    }

    /** An error of a driver, of a pool, or of LangChain4j's store around one. */
    LangChain4jException of(Exception e) {
        SQLException error = cause(e);
        if (error == null) {
            return e instanceof LangChain4jException known ? known : new NonRetriableException(e);
        }
        String state = String.valueOf(error.getSQLState());
        if (state.startsWith(LOGIN)) {
            return new NonRetriableException(
                    "The store of pages at " + place + " refuses this user (" + error.getMessage()
                            + "); correct user and password in its URL",
                    e);
        }
        if (error instanceof SQLTransientConnectionException
                || state.startsWith(CONNECTION)
                || state.startsWith(SHUTDOWN)) {
            return new RetriableException(
                    "The store of pages at " + place + " cannot be reached (" + error.getMessage()
                            + "); start the database or correct its URL, then try again",
                    e);
        }
        if (state.equals(UNDEFINED_FILE) || state.equals(NOT_SUPPORTED)) {
            return new NonRetriableException(
                    "The server at " + place + " has no pgvector (" + error.getMessage()
                            + "); install its package, as postgresql-17-pgvector",
                    e);
        }
        return new NonRetriableException("The store of pages at " + place + " failed: " + error.getMessage(), e);
    }

    /** A pool's time-out tells nothing; why it got no connection is its cause. */
    private static @Nullable SQLException cause(Throwable e) {
        SQLException found = null;
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each instanceof SQLException error) {
                found = error;
            }
        }
        return found;
    }

    LangChain4jException otherDimension(int stored, int asked) {
        return new InvalidRequestException("The store of pages at " + place + " holds vectors of " + stored
                + " dimensions, the embedding model makes " + asked
                + "; use the model that made them, or drop the tables page_vectors and page_vectors_migrations");
    }
}
