package io.github.glimpse.examples.pgvector;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Brings the tables to their newest form, each step once and whole, however many processes start at a time. The files are named as Flyway
 * wants them, and name the dimension as its placeholder: an application that has Flyway takes them over.
 */
final class Migrations {

    private static final List<String> STEPS = List.of("V1__page_vectors", "V2__page_vectors_hnsw");
    private static final long LOCK = 0x676c696d707365L;

    private Migrations() {}

    static void run(Connection connection, int dimension) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // released with the transaction
            statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
            statement.execute("CREATE TABLE IF NOT EXISTS page_vectors_migrations (name text PRIMARY KEY,"
                    + " applied timestamptz NOT NULL DEFAULT now())");
            for (String step : STEPS) {
                if (!isApplied(connection, step)) {
                    statement.execute(text(step).replace("${dimension}", String.valueOf(dimension)));
                    note(connection, step);
                }
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static boolean isApplied(Connection connection, String step) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT 1 FROM page_vectors_migrations WHERE name = ?")) {
            query.setString(1, step);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static void note(Connection connection, String step) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO page_vectors_migrations (name) VALUES (?)")) {
            insert.setString(1, step);
            insert.executeUpdate();
        }
    }

    private static String text(String step) {
        try (InputStream file =
                requireNonNull(Migrations.class.getResourceAsStream("/db/migration/" + step + ".sql"), step)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
