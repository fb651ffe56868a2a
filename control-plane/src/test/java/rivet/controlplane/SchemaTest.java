package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever looks at the database alone understands it, and no time in it depends on where someone is. */
@PostgresTest
class SchemaTest {

    private final TestDatabase database;

    SchemaTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void there_are_tables() {
        assertThat(database.tables()).contains("actor", "agent", "build");
    }

    @Test
    void every_table_and_every_column_says_what_it_is() {
        assertThat(names("""
                select c.relname || coalesce('.' || a.attname, '')
                from pg_class c
                cross join lateral (
                    select 0 as attnum, null as attname
                    union all
                    select attnum, attname from pg_attribute
                    where attrelid = c.oid and attnum > 0 and not attisdropped) a
                left join pg_description d
                    on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = a.attnum
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
                  and not c.relispartition and c.relname <> 'flyway_schema_history' and d.description is null
                """)).isEmpty();
    }

    @Test
    void every_time_knows_its_zone() {
        assertThat(names("""
                select table_name || '.' || column_name from information_schema.columns
                where table_schema = 'public' and table_name <> 'flyway_schema_history'
                  and data_type in ('timestamp without time zone', 'time without time zone')
                """)).isEmpty();
    }

    /** Without one, a row that goes looks through the whole other table. */
    @Test
    void what_goes_with_another_row_is_found_by_an_index() {
        assertThat(names("""
                select c.conrelid::regclass || ' (' || a.attname || ')'
                from pg_constraint c
                join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                where c.contype = 'f' and c.confdeltype = 'c' and c.connamespace = 'public'::regnamespace
                  and not exists (
                    select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])
                """)).isEmpty();
    }

    private List<String> names(String sql) {
        return database.jdbc().sql(sql).query((row, _) -> row.getString(1)).list();
    }
}
