WITH open_touches AS /* the open touches of the process */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome
  FROM touches
  WHERE touches.process = 'account-statements'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
statement_once AS MATERIALIZED /* the facts of each statement that a touch is about */ (
  SELECT account_statements.id AS subject_id,
  account_statements.store_id AS store_id,
  account_statements.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  timezone(
    stores.time_zone, CAST(timezone(stores.time_zone, account_statements.made_at) AS DATE) + '00:00:00'
  ) AS anchor_at,
  CAST(timezone(stores.time_zone, account_statements.made_at) AS DATE) AS day,
  account_statements.month AS month,
  account_statements.totals AS totals,
  coalesce(
    account_statements.answered_at IS NOT NULL AND account_statements.answered_at <= :param, FALSE
  ) AS answered,
  CASE
  WHEN (
    account_statements.answered_at IS NOT NULL AND account_statements.answered_at <= :param
  ) THEN account_statements.agrees END AS agrees,
  accounts.key AS account
  FROM account_statements
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = account_statements.store_id
  JOIN accounts ON accounts.id = account_statements.account_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = account_statements.customer_id
  LEFT OUTER JOIN customers ON customers.id = account_statements.customer_id
  WHERE account_statements.made_at <= :param
  AND account_statements.id IN (
    SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'statement', FALSE)
  )
),
ended AS /* open touches whose reason has gone or whose time has passed */ (
  SELECT judged.touch_id AS touch_id,
  CASE
  WHEN judged.moved THEN 'superseded'
  WHEN (judged.gone IS NOT NULL) THEN 'cancelled'
  WHEN (judged.state = 'ready') THEN 'missed'
  ELSE 'skipped' END AS state,
  CASE
  WHEN judged.moved THEN 'anchor'
  WHEN (judged.gone IS NOT NULL) THEN 'facts'
  ELSE 'validity' END AS gate,
  CASE
  WHEN judged.moved THEN 'date-moved'
  WHEN (judged.gone IS NOT NULL) THEN judged.gone
  WHEN (judged.state = 'ready') THEN 'undone-in-time'
  ELSE 'time-passed' END AS reason,
  coalesce(judged.figures, jsonb_build_object()) AS figures
  FROM (
    SELECT open_touches.id AS touch_id,
    open_touches.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'statement'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'statement-not-answered' = ANY (open_touches.conditions) AND statement_now.answered
      ) THEN 'statement-answered' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month FROM timezone(statement_now.time_zone, statement_now.anchor_at)
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(statement_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                day FROM timezone(statement_now.time_zone, statement_now.anchor_at)
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(statement_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(statement_now.time_zone, statement_now.anchor_at) AS DATE)
          ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(
                      year FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(statement_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(statement_now.time_zone, statement_now.anchor_at) AS DATE)
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN statement_now.anchor_at
        ELSE timezone(
          statement_now.time_zone,
          timezone(statement_now.time_zone, statement_now.anchor_at) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(statement_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(statement_now.time_zone, statement_now.anchor_at) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(statement_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(statement_now.time_zone, statement_now.anchor_at) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(statement_now.time_zone, statement_now.anchor_at) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(statement_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(statement_now.time_zone, statement_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(statement_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(statement_now.time_zone, statement_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(statement_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(statement_now.time_zone, statement_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(day FROM timezone(statement_now.time_zone, statement_now.anchor_at))
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != statement_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (statement_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'statement'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'statement-not-answered' = ANY (open_touches.conditions) AND statement_now.answered
      ) THEN 'statement-answered' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object(
      'month', statement_now.month, 'totals', statement_now.totals, 'agrees', statement_now.agrees
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT statement_once.subject_id AS subject_id,
      statement_once.store_id AS store_id,
      statement_once.customer_id AS customer_id,
      statement_once.time_zone AS time_zone,
      statement_once.language AS language,
      statement_once.today AS today,
      statement_once.customer AS customer,
      statement_once.salutation AS salutation,
      statement_once.store AS store,
      statement_once.store_phone AS store_phone,
      statement_once.anchor_at AS anchor_at,
      statement_once.day AS day,
      statement_once.month AS month,
      statement_once.totals AS totals,
      statement_once.answered AS answered,
      statement_once.agrees AS agrees,
      statement_once.account AS account
      FROM statement_once
    ) AS statement_now ON statement_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'statement', FALSE)
  ) AS judged
  WHERE judged.moved
  OR judged.gone IS NOT NULL
  OR judged.passed
),
changed AS /* those touches in the state in which they end */ (
  UPDATE touches
  SET state=ended.state,
  state_at=:param,
  gate=ended.gate,
  reason=ended.reason,
  reason_figures=NULL
  FROM ended
  WHERE (
    coalesce(touches.state IN ('awaiting-approval', 'planned', 'ready'), false)
    AND ended.state IN ('superseded', 'cancelled')
    OR coalesce(touches.state IN ('awaiting-approval', 'planned'), false)
    AND ended.state IN ('skipped')
    OR coalesce(touches.state IN ('ready'), false)
    AND ended.state IN ('missed')
  )
  AND touches.id = ended.touch_id
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what ended, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT ended.touch_id AS touch_id,
  ended.gate AS gate,
  'stop' AS anon_1,
  ended.reason AS reason,
  ended.figures AS figures,
  :param AS anon_2,
  NULL AS anon_3
  FROM ended
  JOIN changed ON changed.id = ended.touch_id
)
SELECT changed.state,
changed.reason,
count(*) AS touches
FROM changed
GROUP BY changed.state,
changed.reason;

WITH anon_10 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.anchor_at AS anchor_at,
  known.day AS day,
  known.month AS month,
  known.totals AS totals,
  known.answered AS answered,
  known.agrees AS agrees
  FROM (
    SELECT account_statements.id AS subject_id,
    account_statements.store_id AS store_id,
    account_statements.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    timezone(
      stores.time_zone, CAST(timezone(stores.time_zone, account_statements.made_at) AS DATE) + '00:00:00'
    ) AS anchor_at,
    CAST(timezone(stores.time_zone, account_statements.made_at) AS DATE) AS day,
    account_statements.month AS month,
    account_statements.totals AS totals,
    coalesce(
      account_statements.answered_at IS NOT NULL AND account_statements.answered_at <= :param, FALSE
    ) AS answered,
    CASE
    WHEN (
      account_statements.answered_at IS NOT NULL AND account_statements.answered_at <= :param
    ) THEN account_statements.agrees END AS agrees,
    accounts.key AS account
    FROM account_statements
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = account_statements.store_id
    JOIN accounts ON accounts.id = account_statements.account_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = account_statements.customer_id
    LEFT OUTER JOIN customers ON customers.id = account_statements.customer_id
    WHERE account_statements.made_at <= :param
    AND (
      account_statements.month BETWEEN '2026-02-01'
      AND '2026-03-12'
      OR account_statements.month BETWEEN '2026-02-01'
      AND '2026-03-05'
    )
    AND account_statements.store_id IN (:store_id_1)
  ) AS known
),
looked_at AS /* each subject and step in the span: when it is due, and why it is not wanted */ (
  SELECT population.step AS step,
  population.subject_id AS subject_id,
  population.anchor_at AS anchor_at,
  population.store_id AS store_id,
  population.customer_id AS customer_id,
  population.template_version_id AS template_version_id,
  population.due_at AS due_at,
  population.valid_until AS valid_until,
  population.not_before AS not_before,
  population.passed AS passed,
  population.late AS late,
  population.figures AS figures,
  population.reason AS reason,
  population.wanted AS wanted
  FROM (
    SELECT 'statement' AS step,
    judged_statement.subject_id AS subject_id,
    judged_statement.anchor_at AS anchor_at,
    judged_statement.store_id AS store_id,
    judged_statement.customer_id AS customer_id,
    CASE
    WHEN (judged_statement.language = 'en') THEN :param
    WHEN (judged_statement.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_statement.due_at AS due_at,
    judged_statement.valid_until AS valid_until,
    judged_statement.due_at AS not_before,
    judged_statement.valid_until <= :param AS passed,
    judged_statement.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_statement.reason IS NULL) THEN jsonb_build_object(
      'month', judged_statement.month, 'totals', judged_statement.totals, 'agrees', judged_statement.agrees
    ) END AS figures,
    judged_statement.reason AS reason,
    judged_statement.reason IS NULL AS wanted
    FROM (
      SELECT dated_statement.subject_id AS subject_id,
      dated_statement.store_id AS store_id,
      dated_statement.customer_id AS customer_id,
      dated_statement.time_zone AS time_zone,
      dated_statement.language AS language,
      dated_statement.today AS today,
      dated_statement.anchor_at AS anchor_at,
      dated_statement.day AS day,
      dated_statement.month AS month,
      dated_statement.totals AS totals,
      dated_statement.answered AS answered,
      dated_statement.agrees AS agrees,
      dated_statement.due_at AS due_at,
      dated_statement.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'statement-not-answered' = ANY ('{statement-not-answered}') AND dated_statement.answered
      ) THEN 'statement-answered' END END AS reason
      FROM (
        SELECT anon_10.subject_id AS subject_id,
        anon_10.store_id AS store_id,
        anon_10.customer_id AS customer_id,
        anon_10.time_zone AS time_zone,
        anon_10.language AS language,
        anon_10.today AS today,
        anon_10.anchor_at AS anchor_at,
        anon_10.day AS day,
        anon_10.month AS month,
        anon_10.totals AS totals,
        anon_10.answered AS answered,
        anon_10.agrees AS agrees,
        timezone(anon_10.time_zone, anon_10.day + :param + '10:00:00') AS due_at,
        timezone(anon_10.time_zone, anon_10.day + :param + '10:00:00') + '6 days, 0:00:00' AS valid_until
        FROM anon_10
        WHERE coalesce(anon_10.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_statement
      WHERE dated_statement.due_at IS NOT NULL
      AND dated_statement.due_at < dated_statement.valid_until
      AND dated_statement.due_at <= :param
      AND dated_statement.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_statement
    WHERE true
    UNION ALL
    SELECT 'statement-again' AS step,
    judged_statement_again.subject_id AS subject_id,
    judged_statement_again.anchor_at AS anchor_at,
    judged_statement_again.store_id AS store_id,
    judged_statement_again.customer_id AS customer_id,
    CASE
    WHEN (judged_statement_again.language = 'en') THEN :param
    WHEN (judged_statement_again.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_statement_again.due_at AS due_at,
    judged_statement_again.valid_until AS valid_until,
    judged_statement_again.due_at AS not_before,
    judged_statement_again.valid_until <= :param AS passed,
    judged_statement_again.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_statement_again.reason IS NULL) THEN jsonb_build_object(
      'month',
      judged_statement_again.month,
      'totals',
      judged_statement_again.totals,
      'agrees',
      judged_statement_again.agrees
    ) END AS figures,
    judged_statement_again.reason AS reason,
    judged_statement_again.reason IS NULL AS wanted
    FROM (
      SELECT dated_statement_again.subject_id AS subject_id,
      dated_statement_again.store_id AS store_id,
      dated_statement_again.customer_id AS customer_id,
      dated_statement_again.time_zone AS time_zone,
      dated_statement_again.language AS language,
      dated_statement_again.today AS today,
      dated_statement_again.anchor_at AS anchor_at,
      dated_statement_again.day AS day,
      dated_statement_again.month AS month,
      dated_statement_again.totals AS totals,
      dated_statement_again.answered AS answered,
      dated_statement_again.agrees AS agrees,
      dated_statement_again.due_at AS due_at,
      dated_statement_again.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'statement-not-answered' = ANY ('{statement-not-answered}') AND dated_statement_again.answered
      ) THEN 'statement-answered' END END AS reason
      FROM (
        SELECT anon_10.subject_id AS subject_id,
        anon_10.store_id AS store_id,
        anon_10.customer_id AS customer_id,
        anon_10.time_zone AS time_zone,
        anon_10.language AS language,
        anon_10.today AS today,
        anon_10.anchor_at AS anchor_at,
        anon_10.day AS day,
        anon_10.month AS month,
        anon_10.totals AS totals,
        anon_10.answered AS answered,
        anon_10.agrees AS agrees,
        timezone(anon_10.time_zone, anon_10.day + :param + '10:00:00') AS due_at,
        timezone(anon_10.time_zone, anon_10.day + :param + '10:00:00') + '7 days, 0:00:00' AS valid_until
        FROM anon_10
        WHERE coalesce(anon_10.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_statement_again
      WHERE dated_statement_again.due_at IS NOT NULL
      AND dated_statement_again.due_at < dated_statement_again.valid_until
      AND dated_statement_again.due_at <= :param
      AND dated_statement_again.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_statement_again
    WHERE true
  ) AS population
),
planned AS /* the touches that were not there yet, inserted */ (
  INSERT INTO touches (
    process,
    subject_kind,
    subject_id,
    anchor_at,
    step,
    kind,
    purpose,
    priority,
    obligation,
    works_holidays,
    store_id,
    customer_id,
    policy_version_id,
    template_version_id,
    channels,
    conditions,
    role,
    approval,
    effects,
    series,
    due_at,
    valid_until,
    not_before,
    state,
    figures,
    state_at,
    planned_at,
    planned_by,
    gate,
    reason
  )
  SELECT wanted.process AS process,
  wanted.subject_kind AS subject_kind,
  wanted.subject_id AS subject_id,
  wanted.anchor_at AS anchor_at,
  wanted.step AS step,
  wanted.kind AS kind,
  wanted.purpose AS purpose,
  wanted.priority AS priority,
  wanted.obligation AS obligation,
  wanted.works_holidays AS works_holidays,
  wanted.store_id AS store_id,
  wanted.customer_id AS customer_id,
  wanted.policy_version_id AS policy_version_id,
  wanted.template_version_id AS template_version_id,
  wanted.channels AS channels,
  wanted.conditions AS conditions,
  wanted.role AS role,
  wanted.approval AS approval,
  wanted.effects AS effects,
  wanted.series AS series,
  wanted.due_at AS due_at,
  wanted.valid_until AS valid_until,
  wanted.not_before AS not_before,
  wanted.state AS state,
  wanted.figures AS figures,
  :param AS anon_5,
  :param AS anon_6,
  NULL AS anon_7,
  CASE
  WHEN (wanted.state = 'skipped') THEN 'validity' END AS anon_8,
  CASE
  WHEN (wanted.state = 'skipped') THEN wanted.late END AS anon_9
  FROM (
    SELECT 'account-statements' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  ON CONFLICT ON CONSTRAINT uq_touches_once DO NOTHING
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what was found late, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT planned.id AS id,
  'validity' AS anon_1,
  'stop' AS anon_2,
  planned.reason AS reason,
  jsonb_build_object() AS jsonb_build_object_1,
  :param AS anon_3,
  NULL AS anon_4
  FROM planned
  WHERE planned.state = 'skipped'
),
revived AS /* ended touches whose reason is back, planned again */ (
  UPDATE touches
  SET policy_version_id=wanted.policy_version_id,
  template_version_id=wanted.template_version_id,
  conditions=wanted.conditions,
  series=wanted.series,
  due_at=wanted.due_at,
  valid_until=wanted.valid_until,
  not_before=wanted.not_before,
  state=wanted.state,
  state_at=:param,
  gate=NULL,
  reason=NULL,
  reason_figures=NULL,
  figures=wanted.figures,
  approved_at=NULL,
  approved_by=NULL
  FROM (
    SELECT 'account-statements' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  WHERE coalesce(touches.state IN ('cancelled', 'superseded'), false)
  AND touches.process = wanted.process
  AND touches.subject_kind = wanted.subject_kind
  AND touches.subject_id = wanted.subject_id
  AND touches.anchor_at = wanted.anchor_at
  AND touches.step = wanted.step
  AND touches.state IN ('cancelled', 'superseded')
  AND touches.gate IN ('facts', 'anchor')
  AND touches.contacted_at IS NULL
  AND wanted.state != 'skipped'
  RETURNING touches.id
)
SELECT counted.part,
counted.reason,
counted.touches
FROM (
  SELECT 'looked at' AS part,
  looked_at.reason AS reason,
  count(*) AS touches
  FROM looked_at
  GROUP BY looked_at.reason
  UNION ALL
  SELECT 'planned' AS part,
  planned.reason AS reason,
  count(*) AS touches
  FROM planned
  GROUP BY planned.reason
  UNION ALL
  SELECT 'revived' AS part,
  NULL AS reason,
  count(*) AS touches
  FROM revived
  GROUP BY NULL
) AS counted;
