CREATE TABLE "session_callbacks" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"told" jsonb NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "managers" (
	"id" text PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"heartbeat_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "kernels" ADD COLUMN "environ" jsonb;
--> statement-breakpoint
ALTER TABLE "kernels" ADD COLUMN "bootstrap_script" text;
--> statement-breakpoint
ALTER TABLE "kernels" ADD COLUMN "startup_command" text;
--> statement-breakpoint
ALTER TABLE "session_callbacks" ADD CONSTRAINT "session_callbacks_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "ix_session_callbacks_next" ON "session_callbacks" USING btree ("next_at");
